#!/usr/bin/env bash
# Makes the embedded fonts from Inter (SIL Open Font License 1.1, see OFL.txt): only the characters
# that the figures and the screen use, kerning, and tabular figures as the default digits, so that
# numbers do not change their width while they count.
#
# Needs Debian's fonts-inter (or FONTS=folder with Inter-*.otf) and Python's fonttools.
set -euo pipefail
cd "$(dirname "$0")"
fonts=${FONTS:-/usr/share/fonts/opentype/inter}
python=${PYTHON:-python3}

"$python" - "$fonts" <<'PYTHON'
import sys
from fontTools import subset
from fontTools.ttLib import TTFont

ranges = [(0x20, 0x7E), (0xA0, 0xFF), (0x2070, 0x2070), (0x2074, 0x2079), (0x207B, 0x207B),
          (0x2080, 0x2089)]
wanted = {c for first, last in ranges for c in range(first, last + 1)}
wanted |= set(map(ord, "–—−…′″‘’“”•×·⊗=≤≥≈≠±∞√∑∫∂αβγδεμσΣΔ←↑→↓↔↗↻⟲▶⏸⏭☀☾⋯✕✓○●△▲▼◆■□⌘"))
wanted |= {0x2007, 0x2008, 0x2009, 0x200A, 0x200B, 0x2011, 0x202F}

for style in ["Regular", "SemiBold"]:
    font = TTFont(f"{sys.argv[1]}/Inter-{style}.otf", recalcTimestamp=False)
    gsub = font["GSUB"].table
    lookups = {i for record in gsub.FeatureList.FeatureRecord if record.FeatureTag == "tnum"
               for i in record.Feature.LookupListIndex}
    tabular = {}
    for i in lookups:
        for table in gsub.LookupList.Lookup[i].SubTable:
            tabular.update(getattr(table, "ExtSubTable", table).mapping)
    for cmap in font["cmap"].tables:
        for code in range(ord("0"), ord("9") + 1):
            if code in cmap.cmap:
                cmap.cmap[code] = tabular.get(cmap.cmap[code], cmap.cmap[code])
    missing = sorted(wanted - set(font.getBestCmap()))
    print(style, "has no", " ".join(f"{chr(c)} (U+{c:04X})" for c in missing) or "gaps")

    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(f"Inter-{style}.otf")
PYTHON
ls -l Inter-*.otf
