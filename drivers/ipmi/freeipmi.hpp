// What pued uses of libfreeipmi, which is loaded with the first BMC of a configuration. Nothing else calls it.
#pragma once

#include <freeipmi/freeipmi.h>

#include "drivers/library/library.hpp"

namespace pued::ipmi {

struct FreeIpmi : Library {
    FreeIpmi() : Library(PUED_LIBFREEIPMI, "libfreeipmi17") {}

    Function<decltype(ipmi_rmcpplus_init)> rmcpplus_init{*this, "ipmi_rmcpplus_init"};
    Function<decltype(ipmi_ctx_create)> ctx_create{*this, "ipmi_ctx_create"};
    Function<decltype(ipmi_ctx_destroy)> ctx_destroy{*this, "ipmi_ctx_destroy"};
    Function<decltype(ipmi_ctx_open_outofband_2_0)> ctx_open_outofband_2_0{*this, "ipmi_ctx_open_outofband_2_0"};
    Function<decltype(ipmi_ctx_close)> ctx_close{*this, "ipmi_ctx_close"};
    Function<decltype(ipmi_ctx_errnum)> ctx_errnum{*this, "ipmi_ctx_errnum"};
    Function<decltype(ipmi_ctx_strerror)> ctx_strerror{*this, "ipmi_ctx_strerror"};
    Function<decltype(ipmi_cmd_raw)> cmd_raw{*this, "ipmi_cmd_raw"};
    fiid_field_t* payload = static_cast<fiid_field_t*>(symbol("tmpl_rmcpplus_payload"));
};

}  // namespace pued::ipmi
