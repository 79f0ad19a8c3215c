// libnftables, for the masquerade rules. Includes only: nothing is defined here.
#pragma once
#include <nftables/libnftables.h>
