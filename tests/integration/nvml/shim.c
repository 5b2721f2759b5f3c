/* A libnvidia-ml.so.1 for tests: GPUs as a text file says, read anew at every call (environment NVML_SHIM). Declares the
 * ABI for itself, so that pued's own declarations meet another's; nvml_peer.py holds both against NVIDIA's bindings for
 * Python. Built a second time with OLD_DRIVER: without energy, averages, GPM and MIG.
 *
 *   count 2                    GPUs that the driver knows of
 *   init 18                    what nvmlInit_v2 returns
 *   hang 1                     readings of energy wait until the file says otherwise
 *   slow 300                   every reading of energy takes so many ms
 *   gpu 0 code 15              what every call for this GPU returns
 *   gpu 0 uuid GPU-a           and energy (mJ), watts (energy grows by them since boot second `since`), power (mW, now),
 *   gpu 0 average 350000       average (mW), clock (MHz), tensor (percent)
 *   gpu 0 mig 3 2 50 32        the GPU is partitioned; instance 3 has 2 slices, busy 50 percent, 32 multiprocessors
 *   gpu 0 profile 7 132        it can be partitioned into instances of 7 slices with 132 multiprocessors
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, GPU_IS_LOST = 15 };
enum { GPUS = 16, INSTANCES = 8, PROFILES = 8 };

typedef struct Instance {
    unsigned id, slices, multiprocessors;
    double busy;
} Instance;

typedef struct Profile {
    unsigned slices, multiprocessors;
} Profile;

typedef struct Gpu {
    char uuid[80];
    int code, has_average, has_tensor;
    double energy, watts, since;
    unsigned power, average, clock;
    double tensor;
    unsigned instances, profiles;
    Instance instance[INSTANCES];
    Profile profile[PROFILES];
} Gpu;

typedef struct Plant {
    unsigned count;
    int init, hang, slow;
    Gpu gpu[GPUS];
} Plant;

/* What handles point to: GPU i, or MIG device m of GPU i. */
typedef struct Handle {
    unsigned gpu, mig;
} Handle;
static Handle gpus[GPUS];
static int users;

static void set_gpu(Gpu* gpu, const char* key, const char* rest) {
    double value = atof(rest);
    if (!strcmp(key, "uuid")) sscanf(rest, "%79s", gpu->uuid);
    if (!strcmp(key, "code")) gpu->code = (int)value;
    if (!strcmp(key, "energy")) gpu->energy = value;
    if (!strcmp(key, "watts")) gpu->watts = value;
    if (!strcmp(key, "since")) gpu->since = value;
    if (!strcmp(key, "power")) gpu->power = (unsigned)value;
    if (!strcmp(key, "average")) gpu->average = (unsigned)value, gpu->has_average = 1;
    if (!strcmp(key, "clock")) gpu->clock = (unsigned)value;
    if (!strcmp(key, "tensor")) gpu->tensor = value, gpu->has_tensor = 1;
    if (!strcmp(key, "mig") && gpu->instances < INSTANCES) {
        Instance* instance = &gpu->instance[gpu->instances++];
        sscanf(rest, "%u %u %lf %u", &instance->id, &instance->slices, &instance->busy, &instance->multiprocessors);
    }
    if (!strcmp(key, "profile") && gpu->profiles < PROFILES) {
        Profile* profile = &gpu->profile[gpu->profiles++];
        sscanf(rest, "%u %u", &profile->slices, &profile->multiprocessors);
    }
}

static void read_plant(Plant* plant) {
    char line[256], key[32];
    const char* name = getenv("NVML_SHIM");
    FILE* file = name ? fopen(name, "r") : NULL;
    memset(plant, 0, sizeof *plant);
    while (file && fgets(line, sizeof line, file)) {
        unsigned index = 0;
        int at = 0;
        sscanf(line, "count %u", &plant->count);
        sscanf(line, "init %d", &plant->init);
        sscanf(line, "hang %d", &plant->hang);
        sscanf(line, "slow %d", &plant->slow);
        if (sscanf(line, "gpu %u %31s %n", &index, key, &at) == 2 && index < GPUS) set_gpu(&plant->gpu[index], key, line + at);
    }
    if (file) fclose(file);
}

static Gpu* find(Plant* plant, const void* device, int* code) {
    const Handle* handle = device;
    read_plant(plant);
    *code = users > 0 ? SUCCESS : UNINITIALIZED;
    if (*code != SUCCESS) return NULL;
    if (handle->gpu >= GPUS) *code = INVALID_ARGUMENT;
    if (*code == SUCCESS) *code = plant->gpu[handle->gpu].code;
    return *code == SUCCESS ? &plant->gpu[handle->gpu] : NULL;
}

int nvmlInit_v2(void) {
    Plant plant;
    read_plant(&plant);
    if (plant.init == SUCCESS) ++users;
    return plant.init;
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    return nvmlInit_v2();
}

int nvmlShutdown(void) { return users > 0 ? --users, SUCCESS : UNINITIALIZED; }

const char* nvmlErrorString(int code) {
    switch (code) {
        case SUCCESS: return "Success";
        case UNINITIALIZED: return "Uninitialized";
        case NOT_SUPPORTED: return "Not Supported";
        case NOT_FOUND: return "Not Found";
        case 9: return "Driver Not Loaded";
        case GPU_IS_LOST: return "GPU is lost";
        case 18: return "Driver/library version mismatch";
        default: return "Unknown Error";
    }
}

int nvmlDeviceGetCount_v2(unsigned* count) {
    Plant plant;
    read_plant(&plant);
    *count = plant.count;
    return users > 0 ? SUCCESS : UNINITIALIZED;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
    Plant plant;
    read_plant(&plant);
    if (index >= plant.count || index >= GPUS) return INVALID_ARGUMENT;
    gpus[index].gpu = index;
    *device = &gpus[index];
    return SUCCESS;
}

int nvmlDeviceGetUUID(void* device, char* text, unsigned length) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (gpu) snprintf(text, length, "%s", gpu->uuid);
    return code;
}

int nvmlDeviceGetPowerUsage(void* device, unsigned* mw) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (gpu) *mw = gpu->power;
    return code;
}

int nvmlDeviceGetClockInfo(void* device, int kind, unsigned* mhz) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (kind != 1) return INVALID_ARGUMENT;
    if (gpu) *mhz = gpu->clock;
    return code;
}

#ifndef OLD_DRIVER
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* mj) {
    Plant plant;
    int code = 0;
    struct timespec now;
    const Gpu* gpu = find(&plant, device, &code);
    usleep((unsigned)plant.slow * 1000);
    while (plant.hang) {
        usleep(10000);
        gpu = find(&plant, device, &code);
    }
    if (!gpu) return code;
    clock_gettime(CLOCK_BOOTTIME, &now);
    *mj = (unsigned long long)(gpu->energy + gpu->watts * 1000 * ((double)now.tv_sec + (double)now.tv_nsec * 1e-9 - gpu->since));
    return code;
}

typedef struct FieldValue {
    unsigned field, scope;
    long long timestamp, latency;
    int type, result;
    union {
        double d;
        unsigned ui;
        unsigned long long ull;
    } value;
} FieldValue;

int nvmlDeviceGetFieldValues(void* device, int count, FieldValue* values) {
    Plant plant;
    int code = 0, i;
    const Gpu* gpu = find(&plant, device, &code);
    for (i = 0; gpu && i < count; ++i) {
        values[i].result = values[i].field == 185 && values[i].scope == 0 && gpu->has_average ? SUCCESS : NOT_SUPPORTED;
        values[i].type = 1;
        values[i].value.ull = 0xffffffff00000000ULL; /* what is not of this type may be anything */
        values[i].value.ui = gpu->average;
    }
    return code;
}

/* A sample remembers of whom and when it is, so that samples of others or in the wrong order are noticed. */
typedef struct Sample {
    unsigned gpu, instance;
    unsigned long number;
    double busy;
} Sample;

typedef struct Metric {
    unsigned id;
    int result;
    double value;
    struct {
        const char *short_name, *long_name, *unit;
    } info;
} Metric;

typedef struct MetricsGet {
    unsigned version, count;
    Sample *sample1, *sample2;
    Metric metrics[];
} MetricsGet;

int nvmlGpmSampleAlloc(Sample** sample) {
    *sample = calloc(1, sizeof **sample);
    return SUCCESS;
}

int nvmlGpmSampleFree(Sample* sample) {
    free(sample);
    return SUCCESS;
}

static void take(Sample* sample, unsigned gpu, unsigned instance, double busy) {
    static unsigned long number;
    const Sample taken = {gpu, instance, ++number, busy};
    *sample = taken;
}

int nvmlGpmSampleGet(void* device, Sample* sample) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (!gpu) return code;
    if (!gpu->has_tensor || gpu->instances) return NOT_SUPPORTED;
    take(sample, ((Handle*)device)->gpu, ~0U, gpu->tensor);
    return SUCCESS;
}

int nvmlGpmMigSampleGet(void* device, unsigned instance, Sample* sample) {
    Plant plant;
    int code = 0;
    unsigned i;
    const Gpu* gpu = find(&plant, device, &code);
    if (!gpu) return code;
    for (i = 0; i < gpu->instances; ++i) {
        if (gpu->instance[i].id != instance) continue;
        take(sample, ((Handle*)device)->gpu, instance, gpu->instance[i].busy);
        return SUCCESS;
    }
    return NOT_FOUND;
}

int nvmlGpmMetricsGet(MetricsGet* get) {
    const Sample *older = get->sample1, *newer = get->sample2;
    unsigned i;
    if (get->version != 1 || older->number == 0 || newer->number <= older->number) return INVALID_ARGUMENT;
    if (older->gpu != newer->gpu || older->instance != newer->instance) return INVALID_ARGUMENT;
    for (i = 0; i < get->count; ++i) {
        get->metrics[i].result = get->metrics[i].id == 5 ? SUCCESS : NOT_SUPPORTED;
        get->metrics[i].value = newer->busy;
    }
    return SUCCESS;
}

static Handle migs[GPUS][INSTANCES];

int nvmlDeviceGetMigMode(void* device, unsigned* current, unsigned* pending) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (gpu) *current = *pending = gpu->instances > 0;
    return code;
}

int nvmlDeviceGetMaxMigDeviceCount(void* device, unsigned* count) {
    (void)device;
    *count = INSTANCES;
    return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(void* device, unsigned index, void** instance) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (!gpu) return code;
    if (index >= gpu->instances) return NOT_FOUND;
    migs[((Handle*)device)->gpu][index].gpu = ((Handle*)device)->gpu;
    migs[((Handle*)device)->gpu][index].mig = index;
    *instance = &migs[((Handle*)device)->gpu][index];
    return SUCCESS;
}

int nvmlDeviceGetGpuInstanceId(void* instance, unsigned* id) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, instance, &code);
    if (gpu) *id = gpu->instance[((Handle*)instance)->mig].id;
    return code;
}

typedef struct Attributes {
    unsigned multiprocessors, copy_engines, decoders, encoders, jpeg, ofa, gpu_instance_slices, compute_instance_slices;
    unsigned long long memory_mib;
} Attributes;

int nvmlDeviceGetAttributes_v2(void* instance, Attributes* attributes) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, instance, &code);
    if (!gpu) return code;
    memset(attributes, 0, sizeof *attributes);
    attributes->multiprocessors = gpu->instance[((Handle*)instance)->mig].multiprocessors;
    attributes->gpu_instance_slices = gpu->instance[((Handle*)instance)->mig].slices;
    return SUCCESS;
}

typedef struct ProfileInfo {
    unsigned id, peer_to_peer, slices, instances, multiprocessors, copy_engines, decoders, encoders, jpeg, ofa;
    unsigned long long memory_mib;
} ProfileInfo;

/* Numbers have holes, as those of drivers have. */
int nvmlDeviceGetGpuInstanceProfileInfo(void* device, unsigned number, ProfileInfo* info) {
    Plant plant;
    int code = 0;
    const Gpu* gpu = find(&plant, device, &code);
    if (!gpu) return code;
    if (number % 2 == 0 || number / 2 >= gpu->profiles) return number < 2 * PROFILES ? NOT_SUPPORTED : INVALID_ARGUMENT;
    memset(info, 0, sizeof *info);
    info->slices = gpu->profile[number / 2].slices;
    info->multiprocessors = gpu->profile[number / 2].multiprocessors;
    info->memory_mib = 1000;
    return SUCCESS;
}
#endif
