#!/usr/bin/env bash
# Before a query is sent, each line is cut at its first two dashes, as a comment. In SQL two dashes within a quoted text are text, so
# of this query the server gets a quote that never ends.
source "$(dirname "$0")/lab"
package="astroquery 0.4.11 (PyPI)"
behaviour="cuts an SQL query in the middle of a quoted text"
python_with astroquery==0.4.11
export HOME="$place" XDG_CONFIG_HOME="$place" XDG_CACHE_HOME="$place"
seen "sent: SELECT z FROM mine.notes WHERE note = 'blue" "$("$python" - <<'PY' 2>/dev/null
from astroquery.sdss import SDSS

query = "SELECT z FROM mine.notes\nWHERE note = 'blue--red' AND z < 0.1"
print("sent:", SDSS.query_sql_async(query, get_query_payload=True)["cmd"].strip())
PY
)"
