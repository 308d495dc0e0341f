"""Where MiniStack differs from AWS: each correction quotes what AWS documents."""
