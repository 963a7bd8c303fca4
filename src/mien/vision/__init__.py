"""Reading faces: from frames to what a face expresses."""
