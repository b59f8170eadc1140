# Made small_drivers.csv and small_drivers_estimates.csv: R survey 4.1-1.
# Rscript make_drivers.R, in this folder. The tests read the rows; they do not need R.
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "adjust")
set.seed(2024)
n <- 160
s <- data.frame(
  id = 1:n,
  sex = sample(c("man", "vrouw"), n, TRUE, c(.6, .4)),
  age = sample(c("18-39", "40-64", "65+"), n, TRUE, c(.2, .35, .45)),
  region = rep(c("noord", "zuid", "west"), c(85, 60, 15)),
  place = c(rep(1:6, c(20, 14, 12, 15, 14, 10)), rep(7:11, c(14, 13, 10, 11, 12)), rep(12, 15)),
  base_weight = round(runif(n, 0.5, 2), 3)
)
mood <- rnorm(n) + (s$age == "65+") * 0.5 + (s$place %% 3) * 0.3
grade <- function(x) pmin(10, pmax(1, round(6.5 + 1.2 * x)))
s$contact <- grade(mood + rnorm(n))
s$handling <- grade(mood + rnorm(n, -0.4))
s$status <- grade(0.5 * mood + rnorm(n, -0.2, 1.2))
s$overall <- grade(0.6 * mood + (s$contact - 6.5) * 0.2 + (s$status - 6.5) * 0.1 + rnorm(n))
for (question in c("overall", "contact", "handling", "status")) s[sample(n, 12), question] <- NA
drivers <- c("contact", "handling", "status")

population <- c("(Intercept)" = 5000, sexvrouw = 2550, "age40-64" = 2000, "age65+" = 1300)
cal <- function(d) calibrate(d, ~ sex + age, population, calfun = "raking", epsilon = 1e-13, maxit = 200)
sizes <- transform(s, people = c(noord = 900, zuid = 500, west = 40)[region],
                   places = c(noord = 20, zuid = 12, west = 4)[region])
designs <- list(
  flat = cal(svydesign(ids = ~1, weights = ~base_weight, data = sizes)),
  stratified = cal(svydesign(ids = ~1, strata = ~region, weights = ~base_weight, fpc = ~people, data = sizes)),
  clustered = cal(svydesign(ids = ~place, strata = ~region, weights = ~base_weight, data = sizes)),
  clustered_fpc = cal(svydesign(ids = ~place, strata = ~region, weights = ~base_weight, fpc = ~places, data = sizes)),
  uncalibrated = svydesign(ids = ~place, strata = ~region, weights = ~base_weight, data = sizes)
)
weights <- sapply(designs, weights)
colnames(weights) <- paste0("weight_", names(designs))
write.csv(cbind(s, weights), "small_drivers.csv", row.names = FALSE, na = "", quote = FALSE)

# Totals of 1, the answers and their products give the moments; the shares follow from these.
k <- length(drivers) + 2
first <- row(diag(k))[upper.tri(diag(k), TRUE)]
second <- col(diag(k))[upper.tri(diag(k), TRUE)]
shares <- function(totals) {
  m <- matrix(0, k, k)
  m[cbind(first, second)] <- m[cbind(second, first)] <- totals / totals[1]
  r <- cov2cor(m[-1, -1] - outer(m[1, -1], m[1, -1]))
  e <- eigen(r[-1, -1])
  root <- e$vectors %*% diag(sqrt(e$values)) %*% t(e$vectors)
  w <- root^2 %*% solve(root, r[-1, 1])^2
  drop(w / sum(w))
}
gaps <- function(totals) {
  p <- totals[1:3] / totals[4:6]
  p - mean(p)
}
# Central differences of fourth order; a larger step sees the curve, a smaller one the rounding.
gradient <- function(f, x) sapply(seq_along(x), function(i) {
  h <- 1e-5 * abs(x[i])
  at <- function(step) { x[i] <- x[i] + step * h; f(x) }
  (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
})
rows <- list()
add <- function(design, statistic, f, totals, df) {
  value <- f(coef(totals))
  slope <- gradient(f, coef(totals))
  se <- sqrt(diag(slope %*% vcov(totals) %*% t(slope)))
  rows[[length(rows) + 1]] <<- data.frame(design, statistic, driver = drivers,
    value = sprintf("%.17g", value), se = sprintf("%.17g", se), df = df)
}
for (name in names(designs)) {
  d <- designs[[name]]
  complete <- complete.cases(s[c("overall", drivers)])
  answers <- as.matrix(cbind(1, s[c("overall", drivers)]))
  products <- answers[, first] * answers[, second]
  products[!complete, ] <- 0
  # Zero outside the domain: the totals of a domain, with everybody in the calibration.
  whole <- update(d, products = products)
  add(name, "share", shares, svytotal(~products, whole), degf(subset(d, complete)))
  low <- as.matrix(s[drivers] <= 5)
  parts <- cbind(ifelse(is.na(low), 0, low), !is.na(low))
  some <- rowSums(!is.na(low)) > 0
  add(name, "gap", gaps, svytotal(~parts, update(d, parts = parts)), degf(subset(d, some)))
}
write.csv(do.call(rbind, rows), "small_drivers_estimates.csv", row.names = FALSE, quote = FALSE)
