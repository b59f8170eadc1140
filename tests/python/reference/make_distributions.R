# Made small_distributions.csv: R survey 4.1-1. Rscript make_distributions.R, in this folder.
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "adjust")
s <- read.csv("small_survey.csv")
population <- c("(Intercept)" = 5000, sexvrouw = 2550, "age40-64" = 2000, "age65+" = 1300)
cal <- function(d) calibrate(d, ~ sex + age, population, calfun = "raking", epsilon = 1e-13, maxit = 200)
designs <- list(
  weighted = cal(svydesign(ids = ~1, weights = ~base_weight, data = s)),
  clustered = cal(svydesign(ids = ~place, strata = ~region, weights = ~base_weight, data = s))
)
rows <- list()
add <- function(design, segment, statistic, answer, name, value) {
  rows[[length(rows) + 1]] <<- data.frame(design, segment, statistic, answer, name,
                                          value = sprintf("%.17g", value))
}
for (name in names(designs)) {
  whole <- designs[[name]]
  parts <- list(total = whole, man = subset(whole, sex == "man"), "65+" = subset(whole, age == "65+"),
                noord = subset(whole, region == "noord"))
  for (segment in names(parts)) {
    d <- parts[[segment]]
    answered <- subset(d, !is.na(grade))
    for (v in sort(unique(answered$variables$grade[weights(answered) > 0]))) {
      m <- svymean(~I(as.numeric(grade == v)), d, na.rm = TRUE)
      add(name, segment, "share", v, "estimate", coef(m)[[1]])
      add(name, segment, "share", v, "se", SE(m)[[1]])
      t <- svytotal(~I(as.numeric(grade == v)), d, na.rm = TRUE)
      add(name, segment, "residents", v, "estimate", coef(t)[[1]])
      add(name, segment, "residents", v, "se", SE(t)[[1]])
      ci <- confint(t, df = degf(answered))
      add(name, segment, "residents", v, "low", ci[[1]]); add(name, segment, "residents", v, "high", ci[[2]])
    }
    t <- svytotal(~I(as.numeric(channel == "digital")), d)
    add(name, segment, "residents", "digital", "estimate", coef(t)[[1]])
    add(name, segment, "residents", "digital", "se", SE(t)[[1]])
    q <- svyquantile(~grade, d, c(.25, .5, .75), na.rm = TRUE, qrule = "math", interval.type = "mean",
                     ci = TRUE, df = degf(answered))
    for (i in 1:3) {
      add(name, segment, "quantile", c(25, 50, 75)[i], "estimate", q$grade[i, "quantile"])
      add(name, segment, "quantile", c(25, 50, 75)[i], "low", q$grade[i, "ci.2.5"])
      add(name, segment, "quantile", c(25, 50, 75)[i], "high", q$grade[i, "ci.97.5"])
      # What the interval is read back from: R's woodruffCI.
      f <- svymean(~I(as.numeric(grade <= q$grade[i, "quantile"])), d, na.rm = TRUE)
      add(name, segment, "quantile", c(25, 50, 75)[i], "cumulative", coef(f)[[1]])
      add(name, segment, "quantile", c(25, 50, 75)[i], "se_cumulative", SE(f)[[1]])
    }
  }
}
write.csv(do.call(rbind, rows), "small_distributions.csv", row.names = FALSE, quote = FALSE)
