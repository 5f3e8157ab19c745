"""The site with one promise broken in each module: what the tests of durability are there to find."""
