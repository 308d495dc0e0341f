"""The report of a rehearsal: one HTML file that opens without network and without scripts."""
