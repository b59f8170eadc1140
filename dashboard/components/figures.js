// Choosing and labelling rows. Nothing here makes a figure: that is dbt's work.
export const rowsOf = (query) => Array.from(query ?? [], (row) => ({ ...row }));

export const measureKey = (row) => `${row.question_code}|${row.statistic}|${row.option_code ?? ''}`;

// What a row is about, within a block: the answer, the channel, the question, ...
const LABELS = {
	answer: (row) => row.option_label_nl ?? row.channel_label_nl ?? row.question_label_nl,
	channel: (row) => row.channel_label_nl,
	question: (row) => row.question_label_nl,
	statistic: (row) => row.statistic_label_nl,
	group: (row) => row.group_label_nl
};
export const rowLabel = (row, by = 'answer') => LABELS[by](row);

// {column: value} or {column: [values]}
export const fits = (row, where) =>
	Object.entries(where).every(([column, value]) =>
		Array.isArray(value) ? value.includes(row[column]) : row[column] === value
	);

// Why a figure is not shown, or how uncertain it is. After a colon stands an explanation that the
// page gives once.
export const remarks = (row) =>
	row.is_withheld
		? [row.withheld_label_nl]
		: [row.quality_flag !== 'ok' && row.quality_label_nl, row.indicative_label_nl].filter(Boolean);
export const remark = (row) =>
	remarks(row)
		.map((words) => (words ?? '').split(':')[0])
		.join(', ');

// The groups of a filter, in their own order; one without a single figure to show is left out.
export const groupsOf = (rows) => {
	const groups = new Map();
	for (const row of rows) {
		const key = `${row.segment_code}.${row.segment_value}`;
		if (!groups.has(key)) {
			groups.set(key, {
				key,
				segment: row.segment_code,
				segmentLabel: row.segment_label_nl,
				value: row.segment_value,
				label: row.segment_code === 'total' ? 'Alle inwoners' : row.group_label_nl,
				order: row.group_order,
				rows: []
			});
		}
		groups.get(key).rows.push(row);
	}
	return [...groups.values()]
		.filter((group) => group.rows.some((row) => !row.is_withheld))
		.sort((a, b) => a.order - b.order);
};

// An axis that holds every interval of the page, so that groups can be compared by eye.
export const gradeAxis = (rows) => {
	const values = rows.flatMap((row) => [row.ci_low, row.ci_high]).filter((x) => x != null);
	if (!values.length) return { from: 1, to: 10, step: 1 };
	const from = Math.max(1, Math.floor(Math.min(...values)));
	const to = Math.min(10, Math.ceil(Math.max(...values)));
	return { from, to: Math.max(to, from + 1), step: 1 };
};

export const shareAxis = { from: 0, to: 1, step: 0.25 };
