#!/usr/bin/env bash
# Makes the embedded Chinese fonts from Noto Sans CJK (SIL Open Font License 1.1, see OFL.txt): only the
# characters of the texts in zh-CN.json. Run it after a change of the texts.
#
# Needs Debian's fonts-noto-cjk (or FONTS=folder with NotoSansCJK-*.ttc) and Python's fonttools.
set -euo pipefail
cd "$(dirname "$0")"
fonts=${FONTS:-/usr/share/fonts/opentype/noto}
python=${PYTHON:-python3}

"$python" - "$fonts" <<'PYTHON'
import copy
import json
import sys
from fontTools import subset
from fontTools.ttLib import TTCollection



def save(font, characters, path):
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    part = copy.deepcopy(font)
    subsetter.subset(part)
    part.save(path)


with open("zh-CN.json", encoding="utf-8") as file:
    texts = json.load(file).values()
# The name of the language in itself, and the punctuation of whatever comes next; Latin is Inter's.
wanted = {ord(c) for text in texts for c in text if ord(c) > 0x2E7F or c in "“”‘’…—"}
wanted |= set(map(ord, "简体中文，。、：；？！（）《》「」％"))

for style in ["Regular", "Bold"]:
    collection = TTCollection(f"{sys.argv[1]}/NotoSansCJK-{style}.ttc", recalcTimestamp=False)
    font = next(f for f in collection if f["name"].getDebugName(1).startswith("Noto Sans CJK SC"))
    missing = sorted(wanted - set(font.getBestCmap()))
    print(style, "has no", " ".join(f"{chr(c)} (U+{c:04X})" for c in missing) or "gaps")

    for name, characters in [(style, wanted), ("Names", set(map(ord, "简体中文")))]:
        if name == "Names" and style == "Bold":
            continue
        save(font, characters, f"NotoSansSC-{name}.otf")
PYTHON
ls -l NotoSansSC-*.otf
