// Whether a difference is more than chance, in words: colour alone is not enough.
import { measureKey } from './figures.js';

const OTHER_GROUP = { participant: 'niet-deelnemers', non_participant: 'deelnemers' };

/** isFirst: the row's difference is this group minus the other; otherwise the other way round. */
const sentence = (row, other, isFirst = true) => {
	if (!row || row.is_withheld || row.difference == null) return undefined;
	if (!row.is_significant) return `Geen significant verschil met ${other}`;
	return `Significant ${row.difference > 0 === isFirst ? 'hoger' : 'lager'} dan bij ${other}`;
};

/** Gives a function: (group, rows) → Map from measure to words, or undefined where none is tested. */
export const differenceWords = (effects, municipalityDifferences) => {
	const byMeasure = new Map(effects.map((row) => [measureKey(row), row]));
	const byMunicipality = new Map(
		municipalityDifferences.map((row) => [`${row.municipality_code}|${measureKey(row)}`, row])
	);
	return (group, rows) => {
		const other = OTHER_GROUP[group.value];
		if (group.segment === 'participation' && other) {
			return new Map(
				rows.map((row) => [
					measureKey(row),
					row.is_withheld ? undefined : sentence(byMeasure.get(measureKey(row)), other, group.value === 'participant')
				])
			);
		}
		if (group.segment === 'municipality') {
			return new Map(
				rows.map((row) => [
					measureKey(row),
					row.is_withheld
						? undefined
						: sentence(byMunicipality.get(`${group.value}|${measureKey(row)}`), 'alle inwoners samen')
				])
			);
		}
		return undefined;
	};
};
