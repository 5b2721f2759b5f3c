// What pued uses of libcurl, which is loaded with the first Redfish service of a configuration. Nothing else calls it.
#pragma once

#include <curl/curl.h>

#include "drivers/library/library.hpp"

namespace pued::redfish {

struct Curl : Library {
    Curl() : Library(PUED_LIBCURL, "libcurl4") {}

    Function<decltype(curl_global_init)> global_init{*this, "curl_global_init"};
    Function<decltype(curl_version_info)> version_info{*this, "curl_version_info"};
    Function<decltype(curl_easy_init)> easy_init{*this, "curl_easy_init"};
    Function<decltype(curl_easy_cleanup)> easy_cleanup{*this, "curl_easy_cleanup"};
    Function<decltype(curl_easy_setopt)> easy_setopt{*this, "curl_easy_setopt"};
    Function<decltype(curl_easy_getinfo)> easy_getinfo{*this, "curl_easy_getinfo"};
    Function<decltype(curl_easy_strerror)> easy_strerror{*this, "curl_easy_strerror"};
    Function<decltype(curl_multi_init)> multi_init{*this, "curl_multi_init"};
    Function<decltype(curl_multi_cleanup)> multi_cleanup{*this, "curl_multi_cleanup"};
    Function<decltype(curl_multi_setopt)> multi_setopt{*this, "curl_multi_setopt"};
    Function<decltype(curl_multi_strerror)> multi_strerror{*this, "curl_multi_strerror"};
    Function<decltype(curl_multi_add_handle)> multi_add_handle{*this, "curl_multi_add_handle"};
    Function<decltype(curl_multi_remove_handle)> multi_remove_handle{*this, "curl_multi_remove_handle"};
    Function<decltype(curl_multi_perform)> multi_perform{*this, "curl_multi_perform"};
    Function<decltype(curl_multi_poll)> multi_poll{*this, "curl_multi_poll"};
    Function<decltype(curl_multi_info_read)> multi_info_read{*this, "curl_multi_info_read"};
    Function<decltype(curl_slist_append)> slist_append{*this, "curl_slist_append"};
    Function<decltype(curl_slist_free_all)> slist_free_all{*this, "curl_slist_free_all"};
};

}  // namespace pued::redfish
