"""Network -> text: a folder for each target; they are pure, and do not know each other."""
