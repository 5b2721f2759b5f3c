#!/usr/bin/env python3
"""The stand-in for libnvidia-ml.so.1 as NVIDIA's own bindings for Python (PyPI nvidia-ml-py) see it: where these read from
it what its file says, its ABI is that of the real library, which is what pued's driver is tested against.
Usage: nvml_peer.py BUILD_FOLDER
"""
import os
import pathlib
import subprocess
import sys
import tempfile

PACKAGE = "nvidia-ml-py==12.560.30"
PLANT = """count 2
gpu 0 uuid GPU-a
gpu 0 energy 18000000000
gpu 0 power 290000
gpu 0 average 300000
gpu 0 clock 1830
gpu 0 tensor 50
gpu 1 uuid GPU-b
gpu 1 mig 3 2 40 32
gpu 1 mig 4 3 60 60
gpu 1 profile 3 60
gpu 1 profile 7 132
"""


def bindings(build):
    folder = build / "nvml" / "python"
    if not (folder / "pynvml.py").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--disable-pip-version-check", "--root-user-action=ignore", "--target", folder, PACKAGE],
                       check=True)
    return folder


def whole_gpu(nvml):
    gpu = nvml.nvmlDeviceGetHandleByIndex(0)
    assert nvml.nvmlDeviceGetUUID(gpu) == "GPU-a"
    assert nvml.nvmlDeviceGetTotalEnergyConsumption(gpu) == 18_000_000_000
    assert nvml.nvmlDeviceGetPowerUsage(gpu) == 290_000
    assert nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM) == 1830
    average = nvml.nvmlDeviceGetFieldValues(gpu, [nvml.NVML_FI_DEV_POWER_AVERAGE])[0]
    assert (average.nvmlReturn, average.valueType, average.value.uiVal) == (0, nvml.NVML_VALUE_TYPE_UNSIGNED_INT, 300_000)


def tensor(nvml, sample):
    """Percent between two samples, each taken by sample(buffer)."""
    request = nvml.c_nvmlGpmMetricsGet_t()
    request.version = nvml.NVML_GPM_METRICS_GET_VERSION
    request.numMetrics = 1
    request.metrics[0].metricId = nvml.NVML_GPM_METRIC_ANY_TENSOR_UTIL
    request.sample1, request.sample2 = nvml.nvmlGpmSampleAlloc(), nvml.nvmlGpmSampleAlloc()
    sample(request.sample1)
    sample(request.sample2)
    nvml.nvmlGpmMetricsGet(request)
    assert request.metrics[0].nvmlReturn == 0
    nvml.nvmlGpmSampleFree(request.sample1)
    nvml.nvmlGpmSampleFree(request.sample2)
    return request.metrics[0].value


def partitioned_gpu(nvml):
    gpu = nvml.nvmlDeviceGetHandleByIndex(1)
    assert nvml.nvmlDeviceGetMigMode(gpu)[0] == 1
    seen = []
    for index in range(2):
        instance = nvml.nvmlDeviceGetMigDeviceHandleByIndex(gpu, index)
        number = nvml.nvmlDeviceGetGpuInstanceId(instance)
        attributes = nvml.nvmlDeviceGetAttributes_v2(instance)
        seen.append((number, attributes.gpuInstanceSliceCount, attributes.multiprocessorCount, tensor(nvml, lambda buffer, n=number: nvml.nvmlGpmMigSampleGet(gpu, n, buffer))))
    assert seen == [(3, 2, 32, 40.0), (4, 3, 60, 60.0)], seen
    whole = nvml.nvmlDeviceGetGpuInstanceProfileInfo(gpu, 3, 1)
    assert (whole.sliceCount, whole.multiprocessorCount, whole.memorySizeMB) == (7, 132, 1000), whole


def look(build):
    sys.path.insert(0, str(build / "nvml" / "python"))
    import pynvml as nvml  # pylint: disable=import-outside-toplevel
    nvml.nvmlInit()
    assert nvml.nvmlDeviceGetCount() == 2
    whole_gpu(nvml)
    gpu = nvml.nvmlDeviceGetHandleByIndex(0)
    assert tensor(nvml, lambda buffer: nvml.nvmlGpmSampleGet(gpu, buffer)) == 50.0
    partitioned_gpu(nvml)
    with open(os.environ["NVML_SHIM"], "a", encoding="utf-8") as file:
        file.write("gpu 0 code 15\n")
    try:
        nvml.nvmlDeviceGetPowerUsage(gpu)
        raise AssertionError("a lost GPU told its power")
    except nvml.NVMLError_GpuIsLost:
        pass
    nvml.nvmlShutdown()
    print("nvidia-ml-py reads the stand-in as its file says")


def main():
    build = pathlib.Path(sys.argv[1])
    if "NVML_SHIM" in os.environ:
        return look(build)
    bindings(build)
    with tempfile.TemporaryDirectory() as folder:
        plant = pathlib.Path(folder) / "plant"
        plant.write_text(PLANT, encoding="utf-8")
        # The loader reads its path when a process begins.
        environment = dict(os.environ, NVML_SHIM=str(plant), LD_LIBRARY_PATH=str(build / "nvml"))
        return subprocess.run([sys.executable, __file__, build], env=environment, check=True, timeout=60) and None


if __name__ == "__main__":
    sys.exit(main())
