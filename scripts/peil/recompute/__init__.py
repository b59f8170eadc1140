"""The cells behind one published figure, and the R script that makes the figure of them."""
