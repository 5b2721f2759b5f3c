#!/bin/sh
# What `cmake --install` puts where, and that the program works from there: the unit starts the program that was
# installed, which looks for its data where they were installed. Everything goes to a folder of its own, removed at the end.
# Arguments: cmake, the build folder (everything built), the prefix that was configured.
set -eu
cmake=$1 build=$2 prefix=$3
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
fail() {
    echo "install_test: $*" >&2
    exit 1
}

DESTDIR=$stage "$cmake" --install "$build" >"$stage/log" 2>&1 || fail "cmake --install: $(tail -n 3 "$stage/log")"
root=$stage$prefix
for file in bin/pued share/pued/devices/eastron-sdm630.toml share/pued/rules/cn-gb-40879-2021.toml \
    share/pued/accelerators/nvidia.toml share/pued/redfish/redfish-server.toml share/doc/pued/pued.toml share/doc/pued/examples/hall.toml \
    share/man/man8/pued.8 lib/systemd/system/pued.service lib/sysusers.d/pued.conf; do
    test -f "$root/$file" || fail "$prefix/$file is not there"
done

unit=$root/lib/systemd/system/pued.service
grep -qx "ExecStart=$prefix/bin/pued run -c /etc/pued/pued.toml" "$unit" || fail "$(grep ExecStart "$unit")"
if grep -n @ "$unit" | grep -v '@system-service\|@privileged'; then fail "the unit has unfilled places"; fi
if grep -q '^ProcSubset=pid' "$unit"; then fail "the unit hides /proc/sys, where the id of this boot is"; fi
for device in 'char-tty\*' char-166 char-188 char-195 char-nvidia-caps; do
    grep -qx "DeviceAllow=$device rw" "$unit" || fail "the unit keeps pued from $device"
done
user=$(sed -n 's/^User=//p' "$unit")
grep -q "^u $user " "$root/lib/sysusers.d/pued.conf" || fail "nobody makes the user $user"
if command -v systemd-analyze >/dev/null; then
    SYSTEMD_LOG_LEVEL=err systemd-analyze verify --man=no "$unit" 2>&1 | grep -i "unknown\|invalid" && fail "the unit"
    # 2.0 of 10: what is missing is the network, the devices and /proc, which it needs.
    systemd-analyze security --offline=true --threshold=20 --no-pager "$unit" >"$stage/exposure" 2>&1 || fail "$(tail -n 1 "$stage/exposure")"
fi

# The data directory that is compiled in is the one that was installed.
printf '[site]\nid = "s"\n[[meter]]\nid = "m"\nhost = "h"\nprofile = "is-not-there"\n' >"$stage/none.toml"
said=$("$root/bin/pued" check -c "$stage/none.toml" || true)
case $said in
*"$prefix/share/pued"*) ;;
*) fail "looks elsewhere than in $prefix/share/pued: $said" ;;
esac

# The installed program finds the installed examples sound with the installed data (here below DESTDIR).
for example in pued examples/hall examples/rack-box examples/gpu-by-mqtt; do
    { printf 'data_directories = ["%s/share/pued"]\n' "$root" &&
        grep -v '^data_directories' "$root/share/doc/pued/$example.toml"; } >"$stage/example.toml"
    "$root/bin/pued" check -c "$stage/example.toml" >"$stage/said" || fail "$example: $(cat "$stage/said")"
    grep -q ': sound: ' "$stage/said" || fail "$example: $(cat "$stage/said")"
done
