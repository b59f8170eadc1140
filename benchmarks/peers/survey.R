# R survey rakes one CSV file in memory; only the raking is timed.
# Arguments: rake or calibrate, the CSV file, a CSV with variable, level and target, repeats.
# Prints one JSON line per repeat, as peer.py does.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
method <- arguments[1]
targets <- read.csv(arguments[3], stringsAsFactors = FALSE)
variables <- unique(targets$variable)
people <- read.csv(arguments[2], stringsAsFactors = TRUE)
tolerance <- 1e-8

population <- lapply(variables, function(v) {
  rows <- targets[targets$variable == v, ]
  frame <- data.frame(rows$level, rows$target)
  names(frame) <- c(v, "Freq")
  frame
})
total <- sum(population[[1]]$Freq)
# Raking starts from weights that sum to the population, as calibrate wants its totals.
people$base_weight <- people$base_weight * total / sum(people$base_weight)
design <- svydesign(ids = ~1, weights = ~base_weight, data = people)
formulas <- lapply(variables, function(v) as.formula(paste("~", v)))
model <- as.formula(paste("~", paste(variables, collapse = " + ")))
totals <- c("(Intercept)" = total)
for (p in population) {
  others <- p[-1, ]
  totals <- c(totals, setNames(others$Freq, paste0(names(p)[1], others[[1]])))
}

job <- function() {
  if (method == "rake") {
    rake(design, formulas, population, control = list(maxit = 2000, epsilon = tolerance))
  } else {
    calibrate(design, model, totals, calfun = "raking", maxit = 2000, epsilon = tolerance)
  }
}
for (turn in seq_len(as.integer(arguments[4]))) {
  seconds <- system.time(raked <- job())[["elapsed"]]
  cat(sprintf('{"seconds": %.6f}\n', seconds))
}
worst <- 0
for (p in population) {
  reached <- tapply(weights(raked), people[[names(p)[1]]], sum)[as.character(p[[1]])]
  worst <- max(worst, abs(reached / p$Freq - 1))
}
cat(sprintf('{"max_margin_error": %.6e}\n', worst))
