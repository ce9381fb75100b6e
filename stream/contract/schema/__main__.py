"""Write docs/events.md to the standard output."""

import sys

from stream.contract.schema.page import events_page

sys.stdout.write(events_page())
