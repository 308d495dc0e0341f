"""What the acts share: accounts, checkouts, builds, evidence."""
