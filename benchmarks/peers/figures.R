# R survey makes figures of one wave: estimates, intervals, tests between groups, Rao-Scott tests.
# Arguments: people.csv (base_weight, attributes, y1..yk), measures.csv (name, is_share, is_option,
# question), targets.csv (attribute, level, total), segments.csv (attribute, comparison), a CSV to
# write the figures to. Prints one JSON line per kind of work: how many and in how many seconds.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
read <- function(path) read.csv(path, stringsAsFactors = FALSE, colClasses = c(level = "character"))
# Processor time, as for the night.
clock <- function() sum(proc.time()[c("user.self", "sys.self")])
started <- clock()
people <- read.csv(arguments[1], stringsAsFactors = FALSE)
measures <- read.csv(arguments[2], stringsAsFactors = FALSE)
measures$is_share <- measures$is_share == "true"
measures$is_option <- measures$is_option == "true"
targets <- read(arguments[3])
segments <- read.csv(arguments[4], stringsAsFactors = FALSE)
attributes <- unique(c(targets$attribute, segments$attribute))
for (a in attributes) people[[a]] <- factor(people[[a]])

total <- sum(targets$total[targets$attribute == targets$attribute[1]])
people$base_weight <- people$base_weight * total / sum(people$base_weight)
raw <- svydesign(ids = ~1, weights = ~base_weight, data = people)
wanted <- c("(Intercept)" = total)
for (a in unique(targets$attribute)) {
  rows <- targets[targets$attribute == a, ]
  totals <- setNames(rows$total, rows$level)[levels(people[[a]])]
  wanted <- c(wanted, setNames(totals[-1], paste0(a, levels(people[[a]])[-1])))
}
model <- as.formula(paste("~", paste(unique(targets$attribute), collapse = " + ")))
design <- calibrate(raw, model, wanted, calfun = "raking", maxit = 2000, epsilon = 1e-10)

found <- list()
n <- c(figures = 0, tests = 0, independence = 0)
seconds <- c(figures = 0, tests = 0, independence = 0)
count <- function(kind, work) {
  begun <- clock()
  # Groups of one and of equal answers have no interval and no test in R.
  done <- tryCatch(suppressWarnings(work()), error = function(e) NULL)
  seconds[kind] <<- seconds[kind] + clock() - begun
  n[kind] <<- n[kind] + 1
  done
}
figure <- function(part, name, is_share) {
  y <- as.formula(paste0("~", name))
  answered <- part$variables[[name]][weights(part) > 0]
  mean <- svymean(y, part)
  p <- as.numeric(coef(mean))
  far <- qt(0.975, length(answered) - 1) * as.numeric(SE(mean))
  interval <- p + c(-far, far)
  # What svyciprop(method = "logit") fits, which does not converge on parts of a calibrated design.
  if (is_share && (p == 0 || p == 1)) interval <- c(NA, NA)
  else if (is_share) interval <- plogis(qlogis(p) + c(-far, far) / (p * (1 - p)))
  c(coef(mean), SE(mean), interval)
}
for (i in seq_len(nrow(measures))) {
  name <- measures$name[i]
  # A part of a calibrated design keeps its other rows, with weight 0.
  answered <- !is.na(people[[name]])
  base <- design
  base$variables[[name]][!answered] <- 0
  base <- subset(base, answered)
  for (j in seq_len(nrow(segments))) {
    a <- segments$attribute[j]
    groups <- names(which(table(people[[a]][answered]) >= segments$least[j]))
    for (g in groups) {
      made <- count("figures", function() {
        figure(subset(base, base$variables[[a]] == g), name, measures$is_share[i])
      })
      if (!is.null(made)) found[[length(found) + 1]] <- data.frame(
        measure_id = measures$measure_id[i], segment_code = segments$segment_code[j],
        segment_value = g, estimate = made[1], se = made[2], ci_low = made[3], ci_high = made[4]
      )
    }
    pairs <- list()
    if (segments$comparison[j] == "pairs" && length(groups) > 1) {
      pairs <- combn(groups, 2, simplify = FALSE)
    } else if (segments$comparison[j] == "against_total") {
      pairs <- as.list(groups)
    }
    for (pair in pairs) {
      count("tests", function() {
        part <- base
        if (length(pair) == 2) part <- subset(base, base$variables[[a]] %in% pair)
        part$variables$side <- part$variables[[a]] == pair[1]
        svyttest(as.formula(paste(name, "~ side")), part)
      })
    }
    if (measures$is_option[i] && length(groups) > 1) {
      count("independence", function() {
        svychisq(as.formula(paste0("~", name, "+", a)), base, statistic = "F")
      })
    }
  }
}
write.csv(do.call(rbind, found), arguments[5], row.names = FALSE)
for (kind in names(n)) cat(sprintf('{"what": "%s", "n": %d, "seconds": %.3f}\n', kind, n[kind], seconds[kind]))
cat(sprintf('{"what": "all", "n": 1, "seconds": %.3f}\n', clock() - started))
