// Whether a difference is more than chance, in words: colour alone is not enough.
import { measureKey } from './figures.js';

const OTHER_GROUP = { participant: 'niet-deelnemers', non_participant: 'deelnemers' };

/** isFirst: the row's difference is this group minus the other; otherwise the other way round. */
const words = (row, isFirst = true) => {
	if (!row || row.is_withheld || row.difference == null) return undefined;
	if (!row.is_significant) return 'Geen significant verschil';
	return row.difference > 0 === isFirst ? 'Significant hoger' : 'Significant lager';
};

const perMeasure = (rows, find, isFirst) =>
	new Map(rows.map((row) => [measureKey(row), row.is_withheld ? undefined : words(find(row), isFirst)]));

/** Gives a function: (group, rows) → {label, words per measure}, undefined where nothing is tested. */
export const differenceWords = (effects, municipalityDifferences) => {
	const byMeasure = new Map(effects.map((row) => [measureKey(row), row]));
	const byMunicipality = new Map(
		municipalityDifferences.map((row) => [`${row.municipality_code}|${measureKey(row)}`, row])
	);
	return (group, rows) => {
		const other = OTHER_GROUP[group.value];
		if (group.segment === 'participation' && other) {
			return {
				label: `Vergeleken met ${other}`,
				words: perMeasure(rows, (row) => byMeasure.get(measureKey(row)), group.value === 'participant')
			};
		}
		if (group.segment === 'municipality') {
			return {
				label: 'Vergeleken met alle inwoners',
				words: perMeasure(rows, (row) => byMunicipality.get(`${group.value}|${measureKey(row)}`))
			};
		}
		return undefined;
	};
};
