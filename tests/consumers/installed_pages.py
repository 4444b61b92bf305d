"""installed_pages.py FOLDER: fails if a link of an installed page leads to no installed file."""
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
pages = list(folder.rglob("*.md"))
links = [(page, link) for page in pages
         for link in re.findall(r"\]\(([\w./-]+\.(?:md|hpp|cpp|png|svg))", page.read_text(encoding="utf-8"))]
dead = [(page, link) for page, link in links if not (page.parent / link).exists()]
for page, link in dead:
    print(f"{page}: a link leads to {link}, which is not installed")
if len(pages) < 8 or len(links) < 50:
    sys.exit(f"expected the pages in {folder}, got {len(pages)} with {len(links)} links")
sys.exit(1 if dead else 0)
