/* Teaches OpenIPMI's ipmi_sim the DCMI commands Get DCMI Capabilities Info and Get Power Reading (network function
 * 2Ch, group extension DCh), which it does not have. Loaded by lan.conf: loadlib "/abs/dcmi_mod.so" "/abs/watts.txt",
 * where the file says "current minimum maximum average active" and is read at every request. For tests only.
 * Build: cc -shared -fPIC -o dcmi_mod.so dcmi_mod.c (libopenipmi-dev); its symbols come from ipmi_sim itself. */
#include <OpenIPMI/mcserv.h>
#include <OpenIPMI/serv.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static char path[256];

static void put(unsigned char *to, unsigned long value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> (8 * i) & 0xff);
}

static void capabilities(msg_t *request, unsigned char *reply, unsigned int *size)
{
    static const unsigned char power[] = {0x00, 0xdc, 1, 5, 2, 0, 1, 7}; /* DCMI 1.5, power management */
    if (request->data[1] == 1) {
        memcpy(reply, power, sizeof power);
        *size = sizeof power;
    } else {
        reply[0] = 0xc9;
        *size = 1;
    }
}

static void power_reading(unsigned char *reply, unsigned int *size)
{
    unsigned current = 231, lowest = 100, highest = 400, average = 225, active = 1;
    FILE *file = path[0] ? fopen(path, "r") : NULL;
    if (file) {
        if (fscanf(file, "%u %u %u %u %u", &current, &lowest, &highest, &average, &active) < 1)
            current = 0;
        fclose(file);
    }
    reply[0] = 0;
    reply[1] = 0xdc;
    put(reply + 2, current, 2);
    put(reply + 4, lowest, 2);
    put(reply + 6, highest, 2);
    put(reply + 8, average, 2);
    put(reply + 10, (unsigned long)time(NULL), 4);
    put(reply + 14, 60000, 4);
    reply[18] = active ? 0x40 : 0x00;
    *size = 19;
}

static void dcmi(lmc_data_t *mc, msg_t *request, unsigned char *reply, unsigned int *size, void *unused)
{
    (void)unused;
    if (request->cmd == 0x01 && request->len >= 2)
        capabilities(request, reply, size);
    else if (request->cmd == 0x02 && request->len >= 4 && request->data[1] == 1)
        power_reading(reply, size);
    else
        handle_invalid_cmd(mc, reply, size);
}

int ipmi_sim_module_print_version(sys_data_t *sys, char *options)
{
    (void)sys;
    (void)options;
    printf("dcmi_mod 1\n");
    return 0;
}

int ipmi_sim_module_init(sys_data_t *sys, const char *options)
{
    (void)sys;
    if (options)
        strncpy(path, options, sizeof path - 1);
    ipmi_emu_register_group_extension_handler(0xdc, dcmi, NULL);
    return 0;
}
