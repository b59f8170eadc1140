// Whether a difference is more than chance, in words: colour alone is not enough.
import { measureKey } from './figures.js';

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
		// Which side of a difference comes first is said by the contrast, not by a display order.
		const contrast = effects[0];
		const isFirst = group.value === contrast?.comparison_level_code;
		if (group.segment === 'participation' && (isFirst || group.value === contrast?.reference_level_code)) {
			const other = isFirst ? contrast.reference_label_nl : contrast.comparison_label_nl;
			return {
				label: `Vergeleken met ${other.toLowerCase()}`,
				words: perMeasure(rows, (row) => byMeasure.get(measureKey(row)), isFirst)
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
