"""`make crawl`: walks the demo as each person and judges every page it finds. Too long for CI, which has tests/e2e."""
