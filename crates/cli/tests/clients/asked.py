"""Which operations a story asked for and was answered, as the emulator's journal has them."""

import json
import os
import urllib.request


def write_down(url, story, context=None):
    """Adds a line for each to the file that ASKED names, and forgets the journal: the next story begins with none."""
    journal = f"{url}/_control/journal"
    with urllib.request.urlopen(journal, context=context) as answer:
        calls = json.load(answer)["calls"]
    urllib.request.urlopen(urllib.request.Request(journal, method="DELETE"), context=context).close()
    lines = {f"python:{story} {call['method']} {call['route']}\n" for call in calls if 200 <= (call["status"] or 0) < 300}
    assert lines, f"{story} was answered nothing"
    with open(os.environ["ASKED"], "a") as asked:
        asked.writelines(sorted(lines))
