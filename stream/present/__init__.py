"""The contacts of the present: who stands where, what is happening, and who has what at hand."""
