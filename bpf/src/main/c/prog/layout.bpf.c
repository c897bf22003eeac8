/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Never loaded: names the layouts that no map mentions, so that the generator finds them. */
#include "../layout/address.h"
#include "../layout/config.h"
#include "../layout/drop_reason.h"
#include "../layout/event.h"
#include "../maps/conntrack.h"
#include "../maps/endpoints.h"
#include "../maps/events.h"
#include "../maps/nat.h"
#include "../maps/services.h"
#include "../maps/takeover.h"

LAYOUT_EMIT(struct event);
LAYOUT_EMIT_ENUM(family);
LAYOUT_EMIT_ENUM(identity);
LAYOUT_EMIT_ENUM(drop_reason);
LAYOUT_EMIT_ENUM(event_type);
LAYOUT_EMIT_ENUM(observation_point);
LAYOUT_EMIT_ENUM(ct_state);
LAYOUT_EMIT_ENUM(ct_scope);
LAYOUT_EMIT_ENUM(ct_flag);
LAYOUT_EMIT_ENUM(ct_close);
LAYOUT_EMIT_ENUM(ct_holder);
LAYOUT_EMIT_ENUM(direction);
LAYOUT_EMIT_ENUM(address_kind);
LAYOUT_EMIT_ENUM(range_kind);
LAYOUT_EMIT_ENUM(frontend_flag);
