# Makes the answers of two surveys and what R survey 4.1-1 says of them: Rscript make_awkward.R, in
# this folder. The tests read the rows; they do not need R.
#   awkward_estimates.csv    svymean(deff = "replace") on subset(), degf(), svyciprop by its formula
#   awkward_differences.csv  svycontrast(svytotal()) of two ratios, df of svyttest: degf() - 1
#   awkward_tests.csv        svychisq(statistic = "F")
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "adjust", warn = 1)
set.seed(1903)
LEVEL <- 0.90

# ---- Answers of the first survey: residents, two waves of a panel, five strata of clusters -------
wards <- data.frame(
  ward = sprintf("w-%02d", 1:22),
  quarter = rep(c("Oost 1", "Zuid-West", "noord", "K/4", "5e"), c(6, 6, 6, 3, 1)),
  offer = c(rep("B nieuw", 4), rep("a-oud", 2), rep("total", 3), rep("B nieuw", 3),
            rep("a-oud", 3), rep("total", 3), rep("total", 2), "a-oud", "a-oud"),
  effect = rnorm(22, 0, 0.9))
# A stratum and a ward left after the first wave; a stratum of one ward and a ward joined.
in_first <- setdiff(wards$ward, c("w-12", "w-22"))
in_second <- setdiff(wards$ward, c("w-03", "w-19", "w-20", "w-21"))
person <- data.frame(nr = 1:1020, taste = rnorm(1020), ward = NA)
person$sex <- sample(c("V", "m", "X - anders"), 1020, TRUE, c(.48, .37, .15))
person$age <- sample(18:89, 1020, TRUE)
draw_wave <- function(nr, in_wave) {
  s <- person[nr, ]
  moves <- is.na(s$ward) | !s$ward %in% in_wave | runif(nrow(s)) < 0.03
  s$ward[moves] <- sample(in_wave, sum(moves), TRUE)
  s <- cbind(s, wards[match(s$ward, wards$ward), c("quarter", "offer", "effect")])
  level <- 0.775 * s$taste + 0.632 * rnorm(nrow(s)) + 0.02 * (s$age - 50) + 0.4 * s$effect +
    ifelse(s$offer == "B nieuw", -0.45, ifelse(s$offer == "total", 0.2, 0))
  s$score <- pmin(20, pmax(0, round(11.5 + 3.4 * level)))
  s$agree <- 1 + rowSums(outer(level + rnorm(nrow(s), 0, 0.5), c(-1.3, -0.5, 0.3, 1.2), "<"))
  s$score[sample(nrow(s), 25)] <- NA
  s$agree[sample(nrow(s), 30)] <- NA
  s$travel <- c("te voet", "OV", "Auto")[1 + rowSums(outer(level + rnorm(nrow(s)), c(-0.4, 0.7), "<"))]
  media <- cbind("krant" = s$age > 45 & runif(nrow(s)) < 0.75, "TV/radio" = runif(nrow(s)) < 0.5,
                 "sociale media" = runif(nrow(s)) < ifelse(s$age < 60, 0.7, 0.3))
  s$media <- apply(media, 1, function(ticked) paste(colnames(media)[ticked], collapse = "|"))
  s$media[s$media == ""] <- "geen"
  # Base weights vary within a raking cell too, enough for an audit that draws cells to be far off.
  s$base <- pmin(6, pmax(0.2, round(exp(rnorm(nrow(s), 0, 0.9)) * ifelse(s$quarter == "noord", 1.3, 1), 1)))
  s$age[sample(nrow(s), 18)] <- NA
  s
}
first <- draw_wave(1:720, in_first)
person$ward[first$nr] <- first$ward
second <- draw_wave(401:1020, in_second)
agreement <- c("Helemaal eens", "eens", "niet/niet", "oneens", "Helemaal oneens")
deliver <- function(s, file) {
  comma <- function(x) sub(".", ",", format(x, trim = TRUE, nsmall = 1), fixed = TRUE)
  write.table(data.frame(
    nr = s$nr, gewicht = comma(s$base), geslacht = s$sex,
    leeftijd = ifelse(is.na(s$age), "", s$age), wijk = s$ward, kwartier = s$quarter,
    score = ifelse(is.na(s$score), "99", s$score),
    oordeel = ifelse(is.na(s$agree), "Weet niet", agreement[s$agree]),
    vervoer = s$travel, media = s$media
  ), file, sep = ";", row.names = FALSE, quote = FALSE)
}
deliver(first, "dorpen_eerste.csv")
deliver(second, "dorpen_tweede.csv")

# ---- Answers of the second survey: members, no municipality, no panel, no base weights -----------
members <- function(n, clubs) {
  s <- data.frame(nr = seq_len(n), club = sample(clubs, n, TRUE))
  s$role <- sample(c("speler", "Vrijwilliger", "?"), n, TRUE, c(.5, .35, .15))
  level <- rnorm(n) + 0.3 * (match(s$club, letters) %% 3) - 0.4 * (s$role == "speler")
  s$stars <- 1 + rowSums(outer(level, c(-1.2, -0.4, 0.5, 1.4), ">"))
  s$stay <- ifelse(level + rnorm(n) > 0, "ja", ifelse(runif(n) < 0.5, "nee", "misschien"))
  s$quarter <- "all"; s$base <- 1; s$offer <- s$role
  s
}
autumn <- members(320, letters[1:9])
spring <- members(280, letters[3:11])
for (s in list(list(autumn, "leden_najaar.csv"), list(spring, "leden_voorjaar.csv")))
  write.csv(s[[1]][c("nr", "club", "role", "stars", "stay")], s[[2]], row.names = FALSE, quote = FALSE)

# ---- Measures, groups and schemes ----------------------------------------------------------------
band <- function(age) cut(age, c(0, 44, 64, 200), c("18-44", "45-64", "65 en ouder"))
first$band <- band(first$age); second$band <- band(second$age)
first$wave <- "ronde Z"; second$wave <- "ronde A"
autumn$wave <- "Najaar"; spring$wave <- "Daarna"
ticked <- function(s, option) grepl(option, s$media, fixed = TRUE)
share <- function(s, question, column, options)
  lapply(setNames(options, options), function(o) as.numeric(s[[column]] == o))
measures_of <- function(s) {
  if (is.null(s$media)) return(list(
    sterren = list("gem." = s$stars, hoog = as.numeric(s$stars >= 4), saldo =
      (s$stars >= 4) - (s$stars <= 2)),
    blijft = share(s, "blijft", "stay", c("ja", "nee", "misschien")),
    rol = share(s, "rol", "role", c("speler", "Vrijwilliger", "?"))))
  list(
    score = list(average = s$score, top3 = as.numeric(s$score >= 14), midden =
      as.numeric(s$score >= 8 & s$score <= 13), saldo = (s$score >= 14) - (s$score <= 7)),
    oordeel = c(list(gemiddeld = s$agree, top2 = as.numeric(s$agree <= 2), saldo =
      (s$agree <= 2) - (s$agree >= 4)),
      lapply(setNames(1:5, agreement), function(k) as.numeric(s$agree == k))),
    vervoer = share(s, "vervoer", "travel", c("Auto", "OV", "te voet")),
    media = lapply(setNames(nm = c("krant", "TV/radio", "sociale media", "geen")),
                   function(o) as.numeric(ticked(s, o))),
    geslacht = share(s, "geslacht", "sex", c("V", "m", "X - anders")))
}
OPTIONS <- list(oordeel = agreement)   # other names of these questions are statistics
groups_of <- function(s) {
  by <- function(segment, value, levels)
    setNames(lapply(levels, function(l) value %in% l), paste(segment, levels, "", sep = "|"))
  everybody <- list("allen|total|" = rep(TRUE, nrow(s)))
  if (is.null(s$media)) return(c(everybody, by("functie", s$role, c("speler", "Vrijwilliger", "?"))))
  crossed <- list()
  for (o in c("B nieuw", "a-oud", "total")) for (g in c("V", "m"))
    crossed[[paste("sekse x aanbod", g, o, sep = "|")]] <- s$sex == g & s$offer == o
  c(everybody, by("sekse", s$sex, c("V", "m", "X - anders")),
    by("leeftijd", s$band, c("18-44", "45-64", "65 en ouder")),
    by("aanbod", s$offer, c("B nieuw", "a-oud", "total")), crossed,
    setNames(lapply(c("krant", "TV/radio", "sociale media"), function(o) ticked(s, o)),
             paste("bronnen", c("krant", "TV/radio", "sociale media"), "", sep = "|")),
    by("kwartier", s$quarter, c("Oost 1", "Zuid-West", "noord", "K/4", "5e")))
}
DECLARED <- list(c("sekse|V|", "leeftijd|65 en ouder|"), c("bronnen|krant|", "aanbod|B nieuw|"),
                 c("sekse x aanbod|V|total", "bronnen|TV/radio|"))
AGE <- c("18-44" = .41, "45-64" = .33, "65 en ouder" = .26); SEX <- c(V = .52, m = .48)
ROLE <- c(speler = .7, Vrijwilliger = .3)
population <- list("ronde Z" = c("B nieuw" = 9000, "a-oud" = 5000, "total" = 12000),
                   "ronde A" = c("B nieuw" = 9500, "a-oud" = 5200, "total" = 10800))
tilt <- c("B nieuw" = .03, "a-oud" = -.02, "total" = 0)
# Shares of each group: a group then counts for the sum of its base weights.
OFFERS <- lapply(list(V = c(.3, .3, .4), m = c(.35, .25, .4), "X - anders" = c(.2, .3, .5)),
                 setNames, names(tilt))
# Population totals of a wave and a weighting group: what weighting_margins.csv holds.
margins_of <- function(wave, group) {
  if (!wave %in% names(population)) return(list(role = ROLE * 1000))
  if (group %in% names(OFFERS)) return(list(offer = OFFERS[[group]]))
  size <- if (group == "all") sum(population[[wave]]) else population[[wave]][[group]]
  shift <- if (group == "all") 0 else tilt[[group]]
  list(sex = (SEX + c(shift, -shift)) * size, band = (AGE + c(shift, 0, -shift)) * size)
}
margin_rows <- function(waves, groups, attributes) do.call(rbind, lapply(waves, function(w)
  do.call(rbind, lapply(groups, function(g) do.call(rbind, Map(function(v, m) data.frame(
    wave_code = w, group_value = if (g == "all") "" else g, attribute_code = attributes[[v]],
    second_attribute_code = "", level_code = names(m), second_level_code = "",
    total = sprintf("%.10g", m)), names(margins_of(w, g)), margins_of(w, g)))))))
write.csv(rbind(
  margin_rows(names(population), c("all", names(tilt)), c(sex = "Sekse", band = "leeftijdsklasse")),
  margin_rows(names(population), names(OFFERS), c(offer = "aanbod")),
  margin_rows(c("Najaar", "Daarna"), "all", c(role = "rol"))
), "seeds/weighting_margins.csv", row.names = FALSE, quote = FALSE)

# People and clusters of each stratum; noord has none, so no correction there.
sizes <- list(
  "ronde Z" = list(people = c("Oost 1" = 1500, "Zuid-West" = 1100, "K/4" = 700),
                   clusters = c("Oost 1" = 14, "Zuid-West" = 11, "K/4" = 9)),
  "ronde A" = list(people = c("Oost 1" = 1700, "Zuid-West" = 1200, "5e" = 400),
                   clusters = c("Oost 1" = 15, "Zuid-West" = 12, "5e" = 4)))
schemes <- list(
  list(code = "zoals-gegeven", survey = 1, unit = "respondent", interval = "logit"),
  list(code = "raking", survey = 1, raked = TRUE, unit = "respondent", interval = "wilson"),
  list(code = "per aanbod", survey = 1, raked = TRUE, group = "offer", unit = "respondent", interval = "logit",
       segments = c("allen", "aanbod", "sekse x aanbod")),
  list(code = "aandelen", survey = 1, raked = TRUE, group = "sex", unit = "respondent", interval = "logit",
       segments = c("allen", "sekse", "aanbod")),
  list(code = "Steekproef", survey = 1, raked = TRUE, strata = TRUE, fpc = TRUE, clusters = TRUE,
       unit = "respondent", interval = "beta", segments = c("allen", "sekse", "aanbod", "bronnen", "kwartier")),
  list(code = "trossen", survey = 1, raked = TRUE, strata = TRUE, clusters = TRUE, unit = "cluster",
       interval = "logit", segments = c("allen", "sekse", "aanbod", "bronnen", "kwartier")),
  list(code = "ruw", survey = 2, clusters = TRUE, unit = "respondent", interval = "wilson"),
  list(code = "opgehoogd", survey = 2, raked = TRUE, clusters = TRUE, unit = "cluster", interval = "logit"))

groups_apart <- function(scheme)
  if (is.null(scheme$group)) "all" else names(list(offer = tilt, sex = OFFERS)[[scheme$group]])
group_of <- function(s, scheme) if (is.null(scheme$group)) rep("all", nrow(s)) else s[[scheme$group]]

# ---- Designs -------------------------------------------------------------------------------------
CLUSTER <- c("ward", "club")
calibrated <- function(design, s, scheme) {
  if (is.null(scheme$raked)) return(design)
  columns <- list(); targets <- c()
  for (w in unique(s$wave)) for (g in groups_apart(scheme)) {
    here <- s$wave == w & group_of(s, scheme) == g
    for (v in names(margins_of(w, g))) {
      known <- margins_of(w, g)[[v]]
      if (abs(sum(known) - 1) < 1e-9) known <- known * sum(s$base[here])
      level <- as.character(s[[v]]); level[is.na(level)] <- "unknown"
      own <- tapply(s$base[here], level[here], sum) / sum(s$base[here])
      own <- own[!names(own) %in% names(known)]
      total <- c(known * (1 - sum(own)), own * sum(known))
      for (l in names(total)[if (v == names(margins_of(w, g))[1]) TRUE else -1]) {
        columns[[length(columns) + 1]] <- as.numeric(here & level == l)
        targets <- c(targets, total[[l]])
      }
    }
  }
  design$variables$X <- do.call(cbind, columns)
  names(targets) <- paste0("X", seq_along(targets))
  calibrate(design, ~ X - 1, targets, calfun = "raking", epsilon = 1e-13, maxit = 500)
}
base_design <- function(s, scheme, unit, panel = FALSE) {
  waves <- unique(s$wave)
  s$unit <- if (unit == "cluster") s[[CLUSTER[scheme$survey]]] else
    if (panel || length(waves) == 1) as.character(s$nr) else paste(s$wave, s$nr)
  s$stratum <- if (is.null(scheme$strata)) "all" else s$quarter
  # Two waves of other people are drawn apart.
  if (unit == "respondent" && !panel) s$stratum <- paste(s$wave, s$stratum)
  s$fpc <- Inf
  if (!is.null(scheme$fpc)) for (w in intersect(c("ronde Z", "ronde A"), waves)) {   # the later one counts
    known <- sizes[[w]][[if (unit == "cluster") "clusters" else "people"]]
    found <- s$quarter %in% names(known)
    s$fpc[found] <- known[s$quarter[found]]
  }
  if (is.null(scheme$fpc)) svydesign(ids = ~unit, strata = ~stratum, weights = ~base, data = s, nest = TRUE)
  else svydesign(ids = ~unit, strata = ~stratum, weights = ~base, fpc = ~fpc, data = s, nest = TRUE)
}
# Raking starts at the size of the population, or its Newton steps diverge; the weights are the same.
blown_up <- function(s, scheme) {
  if (is.null(scheme$raked)) return(s)
  apart <- paste(s$wave, group_of(s, scheme), sep = "|")
  size <- vapply(strsplit(apart, "|", fixed = TRUE), function(k) sum(margins_of(k[1], k[2])[[1]]), 0)
  is_share <- abs(size - 1) < 1e-9
  s$base <- s$base * ifelse(is_share, 1, size / ave(s$base, apart, FUN = sum))
  s
}
designs_of <- function(s, scheme, panel = FALSE) {
  units <- c("respondent", if (!is.null(scheme$clusters)) "cluster")
  sapply(units, function(unit) {
    list(base = base_design(s, scheme, unit, panel),
         whole = calibrated(base_design(blown_up(s, scheme), scheme, unit, panel), s, scheme))
  }, simplify = FALSE)
}

# ---- Figures -------------------------------------------------------------------------------------
# A share that is a raking margin with an unknown level: the level keeps its base-weighted share p in
# each weighting group, a known level is (1 - p) P. Its error is that of p in the design before
# raking: svymean there, here as svytotal of the linearised share, for groups weighted apart.
MARGIN <- list(geslacht = "sex", rol = "role")
margin_share <- function(s, scheme, question, option, inside) {
  variable <- MARGIN[[question]]
  groups <- groups_apart(scheme); member <- group_of(s, scheme)
  if (is.null(variable) || is.null(scheme$raked) || !variable %in% names(margins_of(s$wave[1], groups[1])))
    return(NULL)
  if (!all(vapply(groups, function(g) length(unique(inside[member == g])) == 1, NA))) return(NULL)
  groups <- groups[vapply(groups, function(g) any(inside[member == g]), NA)]
  z <- numeric(nrow(s)); estimate <- 0
  size <- vapply(groups, function(g) sum(margins_of(s$wave[1], g)[[1]]), 0)
  for (g in groups) {
    here <- member == g; known <- margins_of(s$wave[1], g)[[variable]]
    unknown <- as.numeric(!s[[variable]] %in% names(known))
    p <- weighted.mean(unknown[here], s$base[here])
    times <- size[[g]] / sum(size) * (if (option %in% names(known)) -known[[option]] / sum(known) else 1)
    z[here] <- z[here] + times * (unknown[here] - p) / sum(s$base[here])
    estimate <- estimate + times * p + if (times < 0) -times else 0
  }
  list(z = z, estimate = estimate)
}
interval <- function(p, se, df, method, n_design, n_effective, is_share) {
  if (is.na(se) || is.na(df) || df < 1) return(c(NA, NA))
  t <- qt((1 + LEVEL) / 2, df); tail <- (1 - LEVEL) / 2
  if (!is_share) return(p + c(-1, 1) * t * se)
  if (p == 1) return(c(qbeta(tail, n_effective, 1), 1))
  if (p == 0) return(c(0, qbeta(1 - tail, 1, n_effective)))
  n <- p * (1 - p) / se^2
  if (method == "logit") return(plogis(qlogis(p) + c(-1, 1) * t * se / (p * (1 - p))))
  if (method == "wilson")
    return((p + t^2 / (2 * n) + c(-1, 1) * t * sqrt(p * (1 - p) / n + t^2 / (4 * n^2))) / (1 + t^2 / n))
  n <- n * (qt(tail, n_design - 1) / qt(tail, df))^2
  c(qbeta(tail, n * p, n * (1 - p) + 1), qbeta(1 - tail, n * p + 1, n * (1 - p)))
}
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
split_group <- function(key) strsplit(paste0(key, " "), "|", fixed = TRUE)[[1]]
named <- function(question, name) {
  options <- OPTIONS[[question]]
  is_option <- if (is.null(options)) !question %in% c("score", "sterren") else name %in% options
  if (is_option) c("aandeel", name) else c(name, "")
}
MEANS <- c("average", "gemiddeld", "gem.", "saldo")
estimates <- differences <- tests <- list()
checked <- c()

estimate_rows <- function(s, scheme, designs) {
  groups <- groups_of(s); measures <- measures_of(s); everybody <- list()
  for (key in names(groups)) {
    parts <- trimws(split_group(key))
    if (!is.null(scheme$segments) && !parts[1] %in% scheme$segments) next
    for (question in names(measures)) {
      # The sizes of groups that are weighted to shares are the sample's own: R's calibrate() takes
      # them for known, so it is no reference for them.
      if (scheme$code == "aandelen" && question == "geslacht") next
      y <- do.call(cbind, measures[[question]])
      inside <- groups[[key]] & !is.na(y[, 1])
      if (!any(inside)) next
      found <- lapply(designs, function(d) {
        domain <- subset(d$whole, inside)
        domain$variables$Y <- y[domain$variables$row, , drop = FALSE]
        m <- svymean(~Y, domain, deff = "replace", na.rm = TRUE)
        list(m = coef(m), se = as.numeric(SE(m)), deff = as.numeric(deff(m)), df = degf(domain),
             n_design = nrow(domain), n_effective = sum(weights(domain))^2 / sum(weights(domain)^2), domain = domain)
      })
      for (k in seq_len(ncol(y))) {
        label <- named(question, colnames(y)[k]); is_share <- !colnames(y)[k] %in% MEANS
        uniform <- length(unique(y[inside, k])) == 1
        values <- lapply(names(designs), function(unit) {
          f <- found[[unit]]; p <- f$m[[k]]; se <- f$se[k]; deff <- f$deff[k]
          margin <- if (uniform) NULL else margin_share(s, scheme, question, colnames(y)[k], groups[[key]])
          if (!is.null(margin)) {
            z <- margin$z
            stopifnot(abs(margin$estimate - p) < 1e-10)
            exact <- SE(svytotal(z, designs[[unit]]$base))[1]
            deff <- exact^2 / (p * (1 - p) / (sum(inside) - 1)); se <- exact
          }
          if (uniform) { p <- y[inside, k][1]; se <- 0; deff <- NA }
          # One cluster has no spread between clusters.
          if (unit == "cluster" && f$df < 1) { se <- NA; deff <- NA; f$df <- NA }
          # At 0 and 1 clusters count by the design effect of everybody, the first group.
          place <- paste(question, colnames(y)[k], unit)
          if (key == "allen|total|") everybody[[place]] <<- deff
          n_exact <- f$n_effective
          if (unit == "cluster") n_exact <- min(n_exact, sum(inside) / everybody[[place]])
          ci <- interval(p, se, f$df, scheme$interval, f$n_design, n_exact, is_share)
          done <- paste(scheme$code, unit)
          if (is.null(margin) && !uniform && is_share && scheme$interval != "wilson" && !done %in% checked) {
            domain <- subset(designs[[unit]]$whole, inside)
            domain$variables$one <- ifelse(inside, y[, k], 0)[domain$variables$row]
            r <- attr(svyciprop(~one, domain, df = f$df, level = LEVEL,
                                method = c(logit = "xlogit", beta = "beta")[[scheme$interval]]), "ci")
            stopifnot(max(abs(r - ci)) < 1e-9); checked <<- c(checked, done)
          }
          list(estimate = p, se = se, df = f$df, ci_low = ci[1], ci_high = ci[2], deff = deff,
               n_effective = f$n_effective)
        })
        names(values) <- names(designs)
        main <- values[[scheme$unit]]; clustered <- values[["cluster"]]
        estimates[[length(estimates) + 1]] <<- data.frame(
          scheme = scheme$code, wave = s$wave[1], segment = parts[1], value = parts[2], second_value = parts[3],
          question, statistic = label[1], option = label[2], n = sum(inside), estimate = number(main$estimate),
          se = number(main$se), df = number(main$df), ci_low = number(main$ci_low), ci_high = number(main$ci_high),
          deff = number(main$deff), n_effective = number(main$n_effective),
          se_clustered = if (is.null(clustered)) "" else number(clustered$se),
          df_clustered = if (is.null(clustered)) "" else number(clustered$df))
      }
    }
  }
}

# Σ of two ratios of totals in one design: exact whatever the two sides share.
difference <- function(d, y, a, b, za, zb) {
  df <- length(unique(d$whole$cluster[a | b, 1])) - length(unique(d$whole$strata[a | b, 1])) - 1
  if (!is.null(za) && !is.null(zb)) {
    z <- za$z - zb$z
    return(list(difference = za$estimate - zb$estimate, se = SE(svytotal(z, d$base))[1], df = df))
  }
  z <- cbind(na = 1 * a, ya = ifelse(a, y, 0), nb = 1 * b, yb = ifelse(b, y, 0))
  r <- svycontrast(svytotal(z, d$whole), quote(ya / na - yb / nb))
  list(difference = coef(r)[[1]], se = SE(r)[[1]], df = df)
}
PAIRED <- list(score = c("average", "top3", "saldo"), oordeel = c("gemiddeld", "top2"), media = "TV/radio", vervoer = "OV",
               geslacht = c("V", "X - anders"), sterren = c("gem.", "hoog"), blijft = "ja", rol = c("speler", "?"))
add_difference <- function(kind, scheme, s, designs, key_a, key_b, a, b, question, name, wave, margins) {
  label <- named(question, name); pa <- trimws(split_group(key_a)); pb <- trimws(split_group(key_b))
  y <- measures_of(s)[[question]][[name]]
  a <- a & !is.na(y); b <- b & !is.na(y)
  if (!any(a) || !any(b) || length(unique(y[a])) == 1 || length(unique(y[b])) == 1) return()
  values <- lapply(designs, difference, y, a, b, margins[[1]], margins[[2]])
  # A side in one cluster has no spread between clusters.
  if (!is.null(scheme$clusters)) {
    cluster <- s[[CLUSTER[scheme$survey]]]
    if (min(length(unique(cluster[a])), length(unique(cluster[b]))) < 2)
      values$cluster[c("se", "df")] <- NA
  }
  p <- function(v) 2 * pt(-abs(v$difference / v$se), v$df)
  done <- paste("ttest", scheme$code)
  if (kind == "segments" && !any(a & b) && !done %in% checked && is.null(margins[[1]])) {
    d <- designs[[scheme$unit]]$whole
    d$variables$y <- ifelse(is.na(y), 0, y); d$variables$side <- ifelse(a, 1, ifelse(b, 0, NA))
    r <- svyttest(y ~ side, subset(d, a | b)); v <- values[[scheme$unit]]
    stopifnot(abs(r$estimate - v$difference) < 1e-9, abs(r$p.value - p(v)) < 1e-9, r$parameter == v$df)
    checked <<- c(checked, done)
  }
  main <- values[[scheme$unit]]; clustered <- values[["cluster"]]
  differences[[length(differences) + 1]] <<- data.frame(
    kind, scheme = scheme$code, wave, segment_a = pa[1], value_a = pa[2], second_value_a = pa[3],
    segment_b = pb[1], value_b = pb[2], second_value_b = pb[3], question, statistic = label[1], option = label[2],
    difference = number(main$difference), se = number(main$se), df = number(main$df), p = number(p(main)),
    se_clustered = if (is.null(clustered)) "" else number(clustered$se),
    df_clustered = if (is.null(clustered)) "" else number(clustered$df),
    p_clustered = if (is.null(clustered)) "" else number(p(clustered)))
}
difference_rows <- function(s, scheme, designs) {
  groups <- groups_of(s); segment <- vapply(names(groups), function(k) split_group(k)[1], "")
  wanted <- function(key) is.null(scheme$segments) || segment[[key]] %in% scheme$segments
  pairs <- list()
  for (i in seq_along(groups)) for (j in seq_along(groups)) if (i < j && segment[i] == segment[j] && segment[i] != "kwartier")
    pairs[[length(pairs) + 1]] <- c("segments", names(groups)[c(i, j)])
  for (key in names(groups)[segment == "kwartier"]) pairs[[length(pairs) + 1]] <- c("total", key, "allen|total|")
  if (scheme$survey == 1) for (d in DECLARED) pairs[[length(pairs) + 1]] <- c("groups", d)
  for (pair in pairs) if (wanted(pair[2]) && wanted(pair[3])) for (question in intersect(names(measures_of(s)), names(PAIRED)))
    for (name in PAIRED[[question]]) {
      if (scheme$code == "aandelen" && question == "geslacht") next
      margins <- lapply(pair[2:3], function(k) margin_share(s, scheme, question, name, groups[[k]]))
      if (sum(vapply(margins, is.null, NA)) == 1) next
      add_difference(pair[1], scheme, s, designs, pair[2], pair[3], groups[[pair[2]]], groups[[pair[3]]], question, name, s$wave[1], margins)
    }
}
change_rows <- function(later, earlier, scheme, panel) {
  same <- intersect(names(later), names(earlier))
  s <- rbind(later[same], earlier[same]); s$row <- seq_len(nrow(s))
  designs <- designs_of(s, scheme, panel)
  groups <- groups_of(s); is_later <- s$wave == later$wave[1]
  for (key in names(groups)) if (is.null(scheme$segments) || split_group(key)[1] %in% scheme$segments)
    for (question in names(PAIRED)) for (name in if (question %in% names(measures_of(s))) PAIRED[[question]]) {
      margins <- list(margin_share(later, scheme, question, name, groups[[key]][is_later]),
                      margin_share(earlier, scheme, question, name, groups[[key]][!is_later]))
      if (!is.null(margins[[1]])) {
        margins[[1]]$z <- c(margins[[1]]$z, numeric(nrow(earlier)))
        margins[[2]]$z <- c(numeric(nrow(later)), margins[[2]]$z)
      }
      if (scheme$code == "aandelen" && question == "geslacht") next
      add_difference("waves", scheme, s, designs, key, key, groups[[key]] & is_later, groups[[key]] & !is_later,
                     question, name, later$wave[1], margins)
    }
}
test_rows <- function(s, scheme, designs) {
  by <- if (scheme$survey == 1) list(sekse = s$sex, leeftijd = s$band, aanbod = s$offer, "sekse x aanbod" =
    paste(s$sex, s$offer)) else list(functie = s$role)
  of <- if (scheme$survey == 1) list(oordeel = s$agree, vervoer = s$travel) else list(blijft = s$stay)
  for (segment in names(by)) if (is.null(scheme$segments) || segment %in% scheme$segments) for (question in names(of)) {
    found <- lapply(designs, function(d) {
      d$whole$variables$A <- by[[segment]]; d$whole$variables$B <- of[[question]]
      x <- svychisq(~A + B, d$whole, statistic = "F")
      c(x$statistic, x$parameter[[1]], x$parameter[[2]], x$p.value)
    })
    clustered <- if (is.null(found$cluster)) rep(NA, 4) else found$cluster
    row <- data.frame(scheme = scheme$code, wave = s$wave[1], segment, question)
    row[c("f", "df1", "df2", "p")] <- as.list(number(found$respondent))
    row[c("f_clustered", "df1_clustered", "df2_clustered", "p_clustered")] <- as.list(number(clustered))
    tests[[length(tests) + 1]] <<- row
  }
}
for (scheme in schemes) {
  waves <- if (scheme$survey == 1) list(second, first) else list(spring, autumn)
  for (s in waves) {
    s$row <- seq_len(nrow(s))
    designs <- designs_of(s, scheme)
    estimate_rows(s, scheme, designs); difference_rows(s, scheme, designs); test_rows(s, scheme, designs)
  }
  change_rows(waves[[1]], waves[[2]], scheme, panel = scheme$survey == 1)
  message(scheme$code)
}
write.csv(do.call(rbind, estimates), "awkward_estimates.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, differences), "awkward_differences.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, tests), "awkward_tests.csv", row.names = FALSE, quote = FALSE)
cat(length(estimates), length(differences), length(tests), "\n"); print(checked)
cat("correlation of one person:", cor(first$score[match(401:720, first$nr)], second$score[match(401:720, second$nr)], use = "complete"), "\n")
print(table(first$offer, first$sex)); print(table(second$offer, second$sex)); print(table(first$quarter)); print(table(second$quarter))
