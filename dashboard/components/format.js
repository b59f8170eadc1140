// Dutch numbers, the same in text, tables, charts and print.
const number = (options) => {
	const format = new Intl.NumberFormat('nl-NL', options);
	return (value) => (value == null ? '–' : format.format(value).replace('-', '−'));
};

export const count = number({ maximumFractionDigits: 0 });
export const percent = number({ style: 'percent', maximumFractionDigits: 0 });
export const percentOneDecimal = number({
	style: 'percent',
	minimumFractionDigits: 1,
	maximumFractionDigits: 1
});
export const grade = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
export const twoDecimals = number({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signedTwoDecimals = number({
	minimumFractionDigits: 2,
	maximumFractionDigits: 2,
	signDisplay: 'exceptZero'
});
// Percent style shows the share as points per hundred; the reader sees "procentpunt" beside it.
const signedPoints = number({
	style: 'percent',
	minimumFractionDigits: 1,
	maximumFractionDigits: 1,
	signDisplay: 'exceptZero'
});

export const isMean = (statistic) => statistic === 'mean';
// A net score is points: share that agrees minus share that does not.
const isNet = (statistic) => statistic === 'net';

export const figure = (value, statistic) =>
	isMean(statistic)
		? grade(value)
		: isNet(statistic)
			? signedPoints(value).replace('%', '')
			: percent(value);

const end = (value, statistic) =>
	isMean(statistic)
		? twoDecimals(value)
		: isNet(statistic)
			? signedPoints(value).replace('%', '')
			: percentOneDecimal(value);

export const interval = (low, high, statistic) =>
	low == null || high == null ? '–' : `${end(low, statistic)} – ${end(high, statistic)}`;

export const difference = (value, statistic) =>
	isMean(statistic) ? signedTwoDecimals(value) : signedPoints(value).replace('%', '');

export const differenceUnit = (statistic) =>
	isMean(statistic) || isNet(statistic) ? 'punt' : 'procentpunt';

export const probability = (value) =>
	value == null ? '–' : value < 0.001 ? '< 0,001' : number({ minimumFractionDigits: 3, maximumFractionDigits: 3 })(value);

export const lowerFirst = (text) => (text ? text.charAt(0).toLowerCase() + text.slice(1) : text);

const dutchDate = new Intl.DateTimeFormat('nl-NL', { dateStyle: 'long', timeZone: 'UTC' });
export const date = (iso) => (iso ? dutchDate.format(new Date(`${iso}T00:00:00Z`)) : '–');
