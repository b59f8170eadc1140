// Everything here is an extra: without it every page can be read, and every figure downloaded as CSV.
const root = document.body.dataset.root;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const address = () => new URLSearchParams(location.search);
const load = async (path) => (await fetch(root + path)).json();

/** Puts choices in the address, so that Back, bookmarks and shared links keep them. */
function remember(choices, push = true) {
	const params = address();
	for (const [key, value] of Object.entries(choices)) {
		params.delete(key);
		for (const item of [value].flat().filter(Boolean)) params.append(key, item);
	}
	history[push ? 'pushState' : 'replaceState'](null, '', `?${params}${location.hash}`);
}

function save(name, content, type) {
	const link = Object.assign(document.createElement('a'), { download: name, href: URL.createObjectURL(new Blob([content], { type })) });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const language = document.documentElement.lang;
const texts = JSON.parse(document.body.dataset.texts);
const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

const number = (value, unit) => {
	const digits = unit === 'mean' ? 1 : 0;
	// Rounded half up on the decimals that are published, as the pages are.
	const shown = unit === 'mean' ? Number(value) : Number(`${value}e2`);
	return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(shown).replace('-', '\u2212');
};
const figure = (value, unit) => number(value, unit) + (unit === 'share' ? '%' : '');

// -- choose a division ------------------------------------------------------------------------

/** The menu takes the chosen division along, also past pages without a chooser. */
function takeAlong(division) {
	for (const link of $$('#menu a')) {
		const url = new URL(link.href);
		url.search = division ? `?by=${encodeURIComponent(division)}` : '';
		link.href = url;
	}
}

function chooser(form) {
	const show = () => {
		const asked = address().get('by') ?? '';
		const radio = $$('input', form).find((input) => input.value === asked);
		const value = radio ? asked : '';
		(radio ?? $('input', form)).checked = true;
		for (const block of $$('[data-by]')) block.hidden = block.dataset.by !== value;
		$('[data-chosen]').textContent = say('shown', { label: $('input:checked + span', form).textContent });
		takeAlong(value);
	};
	form.addEventListener('change', (event) => { remember({ by: event.target.value }); show(); });
	addEventListener('popstate', show);
	form.hidden = false;
	show();
}

/** A link to a chart in a closed fold or another division opens it. */
function openTarget() {
	const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (!target) return;
	const division = target.closest('[data-by]')?.dataset.by;
	if (target.closest('[hidden]') && division !== undefined) {
		remember({ by: division }, false);
		dispatchEvent(new PopStateEvent('popstate'));
	}
	target.closest('details')?.setAttribute('open', '');
	target.scrollIntoView();
}

// -- save a chart as a picture ----------------------------------------------------------------

const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The lines of a text node as they stand on the screen. */
function textLines(node) {
	const range = document.createRange();
	const lines = [];
	for (const word of node.data.matchAll(/\S+/g)) {
		range.setStart(node, word.index);
		range.setEnd(node, word.index + word[0].length);
		const box = range.getBoundingClientRect();
		if (!box.width) continue;
		const last = lines.at(-1);
		if (last && Math.abs(last.top - box.top) < 3) last.text += ` ${word[0]}`;
		else lines.push({ text: word[0], left: box.left, top: box.top, height: box.height });
	}
	return lines;
}

/** What is on the screen is what is saved: every visible word and mark of a chart, as one SVG. */
function picture(chart) {
	const frame = chart.getBoundingClientRect();
	const margin = 16;
	const x = (value) => (value - frame.left + margin).toFixed(1);
	const y = (value) => (value - frame.top + margin).toFixed(1);
	const parts = [];
	let bottom = frame.top;
	const walker = document.createTreeWalker(chart, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
		node instanceof Element && (node.matches('.tools, details.as-table, .unseen, .controls, select, input') || !node.checkVisibility())
			? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const element = node instanceof Element ? node : node.parentElement;
		const style = getComputedStyle(element);
		const box = element.getBoundingClientRect();
		bottom = Math.max(bottom, box.bottom);
		const ink = `fill="${style.fill}" stroke="${style.stroke}" stroke-width="${style.strokeWidth}" stroke-dasharray="${style.strokeDasharray}" opacity="${style.opacity}"`;
		const origin = element.ownerSVGElement?.getBoundingClientRect();
		const at = (length, side) => (side === 'x' ? x : y)(origin[side === 'x' ? 'left' : 'top'] + length.baseVal.value);
		if (node instanceof Text) {
			const isSvg = element instanceof SVGElement;
			for (const line of textLines(node)) {
				parts.push(`<text x="${x(line.left)}" y="${y(line.top + line.height * 0.78)}" font-size="${style.fontSize}" font-weight="${style.fontWeight}" fill="${isSvg ? style.fill : style.color}">${escape(line.text)}</text>`);
			}
		} else if (node instanceof SVGLineElement) {
			parts.push(`<line x1="${at(node.x1, 'x')}" x2="${at(node.x2, 'x')}" y1="${at(node.y1, 'y')}" y2="${at(node.y2, 'y')}" ${ink}/>`);
		} else if (node instanceof SVGRectElement) {
			parts.push(`<rect x="${at(node.x, 'x')}" y="${at(node.y, 'y')}" width="${node.width.baseVal.value}" height="${node.height.baseVal.value}" ${ink}/>`);
		} else if (node instanceof SVGCircleElement) {
			parts.push(`<circle cx="${at(node.cx, 'x')}" cy="${at(node.cy, 'y')}" r="${node.r.baseVal.value}" ${ink}/>`);
		} else if (node instanceof SVGSVGElement) {
			const steps = Number(/steps-(\d+)/.exec(node.getAttribute('class'))?.[1] ?? 0);
			const grid = getComputedStyle(document.body).getPropertyValue('--grid');
			for (let i = 0; steps && i <= steps; i++) {
				const left = x(box.left + (box.width * i) / steps);
				parts.push(`<line x1="${left}" x2="${left}" y1="${y(box.top)}" y2="${y(box.bottom)}" stroke="${grid}"/>`);
			}
		} else if (box.width && (style.backgroundColor !== 'rgba(0, 0, 0, 0)' || element.matches('.worst'))) {
			const border = element.matches('.worst') ? `stroke="${style.borderTopColor}" stroke-width="3"` : '';
			parts.push(`<rect x="${x(box.left)}" y="${y(box.top)}" width="${box.width}" height="${box.height}" rx="3" fill="${style.backgroundColor}" ${border}/>`);
		}
	}
	const { color, backgroundColor, fontFamily } = getComputedStyle(document.body);
	const source = [$('.brand').textContent, $('.wave').textContent, $('.simulated strong')?.textContent].filter(Boolean).join(' · ');
	const size = { width: Math.ceil(frame.width + 2 * margin), height: Math.ceil(bottom - frame.top + 2 * margin + 24) };
	parts.push(`<text x="${margin}" y="${size.height - margin}" font-size="13" fill="${color}">${escape(source)}</text>`);
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="${escape(fontFamily)}"><rect width="100%" height="100%" fill="${backgroundColor}"/>${parts.join('')}</svg>`;
	return { svg, ...size };
}

async function saveChart(button) {
	const chart = button.closest('figure');
	const { svg, width, height } = picture(chart);
	if (button.dataset.save === 'svg') return save(`${chart.id}.svg`, svg, 'image/svg+xml');
	const image = new Image();
	image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
	await image.decode();
	const canvas = Object.assign(document.createElement('canvas'), { width: width * 2, height: height * 2 });
	canvas.getContext('2d').drawImage(image, 0, 0, width * 2, height * 2);
	URL.revokeObjectURL(image.src);
	canvas.toBlob((blob) => save(`${chart.id}.png`, blob, 'image/png'));
}

// -- search and sort the regions -------------------------------------------------------

function listControls(form) {
	const list = document.getElementById(form.dataset.listControls);
	const [search, sort] = [$('[data-search]', form), $('[data-sort]', form)];
	const filter = $('[data-filter]', form) ?? { value: '' };
	const order = {
		figure: (a, b) => (b.dataset.figure || -Infinity) - (a.dataset.figure || -Infinity),
		n: (a, b) => b.dataset.n - a.dataset.n,
		name: (a, b) => a.dataset.name.localeCompare(b.dataset.name, language),
	};
	const show = () => {
		const rows = $$('li', list).sort(order[sort.value]);
		list.append(...rows);
		for (const row of rows) {
			const found = row.dataset.name.toLowerCase().includes(search.value.trim().toLowerCase());
			row.hidden = !found || (filter.value !== '' && row.dataset.group !== filter.value);
		}
		$('[data-count]', form).textContent = say('count', { n: rows.filter((row) => !row.hidden).length });
	};
	form.addEventListener('input', show);
	form.hidden = false;
	show();
}

// -- compare with another region --------------------------------------------------------

async function compare(form) {
	const all = await load(form.dataset.compare);
	const select = $('[data-with]', form);
	const chart = $('#figures');
	const show = () => {
		const other = all[address().get('with')];
		select.value = other ? address().get('with') : '';
		for (const old of $$('.other, .against', chart)) old.remove();
		const key = $('[data-key]', chart);
		key.hidden = !other;
		if (!other) return void ($('[data-status]', form).textContent = '');
		$('[data-key-name]', chart).textContent = other.name;
		let drawn = 0;
		for (const row of $$('[data-measure]', chart)) {
			const value = other.values[row.dataset.measure];
			const { low, high, unit } = row.parentElement.dataset;
			const text = Object.assign(document.createElement('small'), { className: 'against' });
			text.textContent = value === undefined ? say('not_shown') : `${other.name}: ${figure(value, unit)}`;
			$('.value', row).append(text);
			if (value === undefined) continue;
			drawn += 1;
			const dot = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
			const at = `${(100 * (value - low)) / (high - low)}%`;
			for (const [name, set] of Object.entries({ class: 'dot other', cx: at, cy: '50%', r: 5 })) dot.setAttribute(name, set);
			$('.plot', row).append(dot);
		}
		$('[data-status]', form).textContent = say('compared', { n: drawn, name: other.name });
	};
	select.addEventListener('change', () => { remember({ with: select.value }); show(); });
	addEventListener('popstate', show);
	form.hidden = false;
	show();
}

// -- make a table -----------------------------------------------------------------------------

async function builder(form) {
	const divisions = await load(`${form.dataset.builder}/divisions.json`);
	const questions = {};
	const fetchQuestion = async (code) => (questions[code] ??= await load(`${form.dataset.builder}/${fileOf(code)}.json`));
	const choices = $('[data-divisions]', form);
	const holder = $('[data-tables]');
	const status = $('[data-table-status]');
	const boxes = $$('[name="q"]', form);
	const fileOf = (code) => boxes.find((box) => box.value === code).dataset.file;
	const surveyOf = (code) => boxes.find((box) => box.value === code).dataset.survey;

	const read = () => {
		const params = address();
		const codes = boxes.map((box) => box.value).filter((code) => params.getAll('q').includes(code));
		if (!codes.length) codes.push(boxes.find((box) => 'first' in box.dataset).value);
		for (const box of boxes) box.checked = codes.includes(box.value);
		form.elements.what.value = params.get('what') ?? 'all';
		form.elements.margin.checked = params.get('margin') !== 'no';
		form.elements.n.checked = params.get('n') !== 'no';
		return { codes, banners: params.has('by') ? params.getAll('by') : [form.dataset.by], scheme: params.get('weighting') };
	};

	const cellText = (cell, line, withMargin, withN, reasons) => {
		if (!cell) return ['', ''];
		if (cell.length === 1) return ['–', reasons[cell[0]].toLowerCase()];
		const [value, low, high, n, letters] = cell;
		const extra = [withMargin && low !== null && `${number(low, line.unit)} ${say('to')} ${number(high, line.unit)}`, withN && `n ${n.toLocaleString(language)}`].filter(Boolean).join(' · ');
		return [`${figure(value, line.unit)}${letters ? ` ${letters}` : ''}`, extra];
	};

	const element = (name, text = '', attributes = {}) => {
		const made = document.createElement(name);
		made.textContent = text;
		for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
		return made;
	};

	function table(question, columns, scheme) {
		const cells = question.schemes[scheme] ?? {};
		const made = element('table', '', { class: 'cross' });
		made.append(element('caption', question.text, { class: 'unseen' }));
		const head = made.createTHead().insertRow();
		head.append(element('th', say('answer'), { scope: 'col' }));
		for (const [, label, letter] of columns) head.append(element('th', letter ? `${label} (${letter})` : label, { scope: 'col' }));
		const body = made.createTBody();
		for (const [code, line] of Object.entries(question.lines)) {
			if (form.elements.what.value === 'mean' ? line.statistic !== 'mean' : form.elements.what.value === 'share' && line.unit !== 'share') continue;
			const row = body.insertRow();
			row.append(element('th', line.label, { scope: 'row' }));
			for (const [key] of columns) {
				const [text, extra] = cellText(cells[key]?.[code], line, form.elements.margin.checked, form.elements.n.checked, question.reasons);
				const cell = row.insertCell();
				cell.textContent = text;
				if (extra) cell.append(element('small', extra));
			}
		}
		return made;
	}

	const show = async () => {
		const { codes, banners, scheme } = read();
		const survey = surveyOf(codes[0]);
		const same = codes.filter((code) => surveyOf(code) === survey);
		const loaded = await Promise.all(same.map(fetchQuestion));
		choices.replaceChildren(...Object.entries(divisions[survey]).filter(([code]) => code !== 'total').map(([code, { label }]) => {
			const choice = element('label', ` ${label}`);
			const box = element('input', '', { type: 'checkbox', name: 'by', value: code });
			box.checked = banners.includes(code);
			choice.prepend(box);
			return choice;
		}));
		const schemes = Object.keys(loaded[0].schemes);
		for (const option of form.elements.weighting.options) option.hidden = option.disabled = !schemes.includes(option.value);
		form.elements.weighting.value = schemes.includes(scheme) ? scheme : schemes[0];
		const columns = ['total', ...banners.filter((code) => divisions[survey][code] && code !== 'total')].flatMap((code) =>
			divisions[survey][code].groups.map(([value, label, letter]) => [`${code}:${value}`, label, letter]));
		holder.replaceChildren(...loaded.flatMap((question) => {
			const scroll = element('div', '', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': question.label });
			scroll.append(table(question, columns, form.elements.weighting.value));
			return [element('h2', question.text), scroll];
		}));
		status.textContent = same.length < codes.length ? say('one_survey') : '';
		$('[data-table-legend]').hidden = false;
	};

	const change = () => {
		const chosen = $$('[name="by"]:checked', choices).map((box) => box.value);
		remember({
			q: boxes.filter((box) => box.checked).map((box) => box.value), by: chosen.length ? chosen : ['total'],
			what: form.elements.what.value === 'all' ? '' : form.elements.what.value, weighting: form.elements.weighting.value,
			margin: form.elements.margin.checked ? '' : 'no', n: form.elements.n.checked ? '' : 'no',
		});
		show();
	};

	form.addEventListener('change', change);
	form.addEventListener('submit', (event) => event.preventDefault());
	addEventListener('popstate', show);
	$('[data-copy-link]', form).addEventListener('click', async () => {
		await navigator.clipboard.writeText(location.href);
		status.textContent = say('copied');
	});
	$('[data-save-table]', form).addEventListener('click', () => {
		const quote = (text) => `"${text.replaceAll('"', '""')}"`;
		const rows = $$('table', holder).flatMap((made) => [[made.caption.textContent], ...[...made.rows].map((row) => [...row.cells].flatMap((cell, i) => {
			const small = $('small', cell)?.textContent ?? '';
			const main = cell.textContent.slice(0, cell.textContent.length - small.length);
			return i && cell.tagName === 'TD' ? [main, small] : i ? [main, ''] : [main];
		})), []]);
		save(say('file'), `\ufeff${rows.map((row) => row.map(quote).join(';')).join('\r\n')}`, 'text/csv');
	});
	form.hidden = false;
	await show();
}

// -- start ------------------------------------------------------------------------------------

takeAlong(address().get('by'));
for (const form of $$('[data-chooser]')) chooser(form);
for (const form of $$('[data-list-controls]')) listControls(form);
// A page opened from a disk may read no data: the controls stay away, and the page says why.
const unread = (form) => () => {
	form.hidden = true;
	form.after(Object.assign(document.createElement('p'), { className: 'aside', textContent: say('unread') }));
};
for (const form of $$('[data-compare]')) compare(form).catch(unread(form));
for (const form of $$('[data-builder]')) builder(form).catch(unread(form));
for (const details of $$('[data-closed-with-script]')) details.open = false;
for (const button of $$('[data-save]')) {
	button.hidden = false;
	button.addEventListener('click', () => saveChart(button));
}
openTarget();
addEventListener('hashchange', openTarget);
