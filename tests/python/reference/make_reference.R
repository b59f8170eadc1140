# Made small_survey.csv, small_weights.csv and small_estimates.csv: R survey 4.1-1.
# Rscript make_reference.R, in this folder. The tests read the rows; they do not need R.
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "adjust")
set.seed(2024)
n <- 90
s <- data.frame(
  id = 1:n,
  sex = sample(c("man", "vrouw"), n, TRUE, c(.6, .4)),
  age = sample(c("18-39", "40-64", "65+"), n, TRUE, c(.2, .35, .45)),
  region = rep(c("noord", "zuid"), c(50, 40)),
  place = c(rep(1:6, c(10, 8, 9, 7, 9, 7)), rep(7:11, c(9, 8, 7, 8, 8))),
  base_weight = round(runif(n, 0.5, 2), 3)
)
s$grade <- pmin(10, pmax(1, round(6.3 + (s$age == "65+") * 0.6 + (s$place %% 3) * 0.4 + rnorm(n, 0, 1.6))))
s$grade[c(4, 33, 71)] <- NA
s$channel <- sample(c("digital", "telephone", "desk"), n, TRUE)
write.csv(s, "small_survey.csv", row.names = FALSE, na = "", quote = FALSE)

sex <- data.frame(sex = c("man", "vrouw"), Freq = c(2450, 2550))
age <- data.frame(age = c("18-39", "40-64", "65+"), Freq = c(1700, 2000, 1300))
population <- c("(Intercept)" = 5000, sexvrouw = 2550, "age40-64" = 2000, "age65+" = 1300)
cal <- function(d) calibrate(d, ~ sex + age, population, calfun = "raking", epsilon = 1e-13, maxit = 200)

designs <- list(
  flat = cal(svydesign(ids = ~1, weights = ~1, data = transform(s, one = 1))),
  weighted = cal(svydesign(ids = ~1, weights = ~base_weight, data = s)),
  clustered = cal(svydesign(ids = ~place, strata = ~region, weights = ~base_weight, data = s))
)
fpc <- transform(s, places = ifelse(region == "noord", 20, 12))
designs$clustered_fpc <- cal(svydesign(ids = ~place, strata = ~region, weights = ~base_weight,
                                       fpc = ~places, data = fpc))
weights <- do.call(rbind, lapply(names(designs), function(name) {
  data.frame(design = name, id = s$id, weight = unname(weights(designs[[name]])))
}))
weights <- rbind(weights, data.frame(design = "rake_weighted", id = s$id, weight = unname(weights(
  rake(svydesign(ids = ~1, weights = ~base_weight, data = s), list(~sex, ~age), list(sex, age),
       control = list(maxit = 500, epsilon = 1e-10))))))
write.csv(weights, "small_weights.csv", row.names = FALSE, quote = FALSE)

rows <- list()
add <- function(design, question, segment, statistic, name, value) {
  rows[[length(rows) + 1]] <<- data.frame(design, question, segment, statistic, name,
                                          value = sprintf("%.17g", value))
}
interval <- function(design, d, question, segment, statistic, formula) {
  for (method in c("xlogit", "beta")) {
    p <- svyciprop(formula, d, method = method, df = degf(d), na.rm = TRUE)
    add(design, question, segment, statistic, paste0(method, "_low"), attr(p, "ci")[[1]])
    add(design, question, segment, statistic, paste0(method, "_high"), attr(p, "ci")[[2]])
  }
}
for (name in names(designs)) {
  whole <- designs[[name]]
  parts <- list(total = whole, man = subset(whole, sex == "man"), "65+" = subset(whole, age == "65+"),
                noord = subset(whole, region == "noord"))
  for (segment in names(parts)) {
    d <- parts[[segment]]
    m <- svymean(~grade, d, na.rm = TRUE, deff = "replace")
    add(name, "grade", segment, "mean", "estimate", coef(m)); add(name, "grade", segment, "mean", "se", SE(m))
    add(name, "grade", segment, "mean", "deff", deff(m))
    i <- svymean(~I(as.numeric(grade <= 5)), d, na.rm = TRUE)
    add(name, "grade", segment, "share_insufficient", "estimate", coef(i)[[1]])
    add(name, "grade", segment, "share_insufficient", "se", SE(i)[[1]])
    # The degrees of freedom of an interval count those who answered.
    interval(name, subset(d, !is.na(grade)), "grade", segment, "share_insufficient", ~I(grade <= 5))
    p <- svymean(~I(as.numeric(channel == "digital")), d)
    add(name, "channel", segment, "digital", "estimate", coef(p)[[1]])
    add(name, "channel", segment, "digital", "se", SE(p)[[1]])
    interval(name, d, "channel", segment, "digital", ~I(channel == "digital"))
  }
  t <- svyttest(grade ~ sex, whole)
  add(name, "grade", "sex", "difference", "estimate", t$estimate); add(name, "grade", "sex", "difference", "t", t$statistic)
  add(name, "grade", "sex", "difference", "df", t$parameter); add(name, "grade", "sex", "difference", "p", t$p.value)
  x <- svychisq(~channel + sex, whole, statistic = "F")
  add(name, "channel", "sex", "chisq", "F", x$statistic); add(name, "channel", "sex", "chisq", "df1", x$parameter[[1]])
  add(name, "channel", "sex", "chisq", "df2", x$parameter[[2]]); add(name, "channel", "sex", "chisq", "p", x$p.value)
}
write.csv(do.call(rbind, rows), "small_estimates.csv", row.names = FALSE, quote = FALSE)
