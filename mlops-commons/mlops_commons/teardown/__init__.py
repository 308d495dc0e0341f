"""The platform taken away again: what there is, in which order it goes, and what AWS keeps."""
