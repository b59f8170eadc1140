# Answers and reference rows of scores for tests/python/test_scores.py. Run in this folder:
#   Rscript make_scores.R          (R survey 4.1-1)
library(survey)
s <- read.csv("small_survey.csv")
set.seed(17)
# One factor behind three items of 1-5; the third runs the other way. Some are left open.
factor <- rnorm(nrow(s))
item <- function(load) pmin(5, pmax(1, round(3 + load * factor + rnorm(nrow(s)))))
items <- data.frame(id = s$id, item_1 = item(1), item_2 = item(0.8), item_3 = 6 - item(1.2))
for (i in 1:3) items[sample(nrow(s), 9), i + 1] <- NA
write.csv(items, "small_items.csv", row.names = FALSE, na = "", quote = FALSE)

s <- merge(s, items)
s$up_3 <- 6 - s$item_3
given <- rowSums(!is.na(s[c("item_1", "item_2", "up_3")]))
s$score <- ifelse(given >= 2, rowMeans(s[c("item_1", "item_2", "up_3")], na.rm = TRUE), NA)
s$total <- s$score * 3
d <- calibrate(svydesign(ids = ~1, weights = ~base_weight, data = s), ~ sex + age,
               c("(Intercept)" = 5000, sexvrouw = 2550, "age40-64" = 2000, "age65+" = 1300),
               calfun = "raking", epsilon = 1e-13, maxit = 200)
rows <- list()
add <- function(name, segment, estimate, se) {
  rows[[length(rows) + 1]] <<- data.frame(name, segment, estimate = sprintf("%.17g", estimate),
                                          se = sprintf("%.17g", se))
}
for (segment in c("total", "man")) {
  part <- if (segment == "total") d else subset(d, sex == "man")
  for (name in c("score", "total")) {
    m <- svymean(reformulate(name), part, na.rm = TRUE)
    add(name, segment, coef(m), SE(m))
  }
  net <- svycontrast(svymean(~I(as.numeric(grade >= 9)) + I(as.numeric(grade <= 6)), part,
                             na.rm = TRUE), c(1, -1))
  add("net_promoters", segment, coef(net), SE(net))
}
whole <- subset(d, given == 3)
add("alpha", "total", svycralpha(~ item_1 + item_2 + up_3, whole, na.rm = TRUE), NA)
add("alpha_without_item_1", "total", svycralpha(~ item_2 + up_3, whole, na.rm = TRUE), NA)
add("alpha_without_item_3", "total", svycralpha(~ item_1 + item_2, whole, na.rm = TRUE), NA)
complete <- s[given == 3, ]
add("item_rest_correlation_1", "total",
    cov.wt(cbind(complete$item_1, complete$item_2 + complete$up_3), weights(d)[given == 3],
           cor = TRUE)$cor[1, 2], NA)
write.csv(do.call(rbind, rows), "small_scores.csv", row.names = FALSE, quote = FALSE)
