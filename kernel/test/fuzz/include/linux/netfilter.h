/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: GPL-2.0 */
#include_next <linux/netfilter.h>
#include "shim.h"
