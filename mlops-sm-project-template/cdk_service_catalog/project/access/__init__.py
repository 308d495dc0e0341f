"""What each role of a project may do in the dev account."""
