import type {CauseGroup} from '../../analysis/config-diff/cause.js'
import {jsonPointer, operationsAt, patchOf} from '../../analysis/config-diff/json-patch.js'
import {
  ALL_SECTIONS,
  type ConfigChange,
  type ResourceDifference,
  SECTION_NOUNS,
} from '../../model/envoy/config-change.js'
import {humanCount} from '../../model/text/human-count.js'
import {type Cell, cellText, type Doc} from '../../terminal/doc.js'
import type {DocForm, View} from '../view.js'
import type {PairDiff} from './pair.js'
import {type DiffReport, differs} from './report.js'

type Line = readonly Cell[]

const MARKS = {added: '+', removed: '-', changed: '~'} as const
const TONES = {added: 'good', removed: 'bad', changed: 'warn'} as const

/** Output limits: changes per resource, resources per cause, characters per value. */
const LIMITS = {
  short: {changes: 0, resources: 3, text: 0},
  table: {changes: 6, resources: 20, text: 90},
  wide: {changes: 1000, resources: 100_000, text: 2000},
} as const

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function shown(value: unknown, limit: number): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

function changeLine({op, path, before, after}: ConfigChange, limit: number): Line {
  const where = `      ${jsonPointer(path)}`
  if (op === 'add') return [where, {text: ` + ${shown(after, limit)}`, tone: 'good'}]
  if (op === 'remove') return [where, {text: ` - ${shown(before, limit)}`, tone: 'bad'}]
  if (op === 'order') return [where, {text: ' same items in a different order', tone: 'warn'}]
  return [where, ` ${shown(before, limit)} → `, {text: shown(after, limit), tone: 'warn'}]
}

/** The label of a side: only the file name if that distinguishes the two. */
function sideName(mine: string, other: string): string {
  const base = (label: string) => label.slice(label.lastIndexOf('/') + 1)
  return base(mine) === base(other) ? mine : base(mine)
}

function resourceLines(pair: PairDiff, difference: ResourceDifference, form: DocForm): readonly Line[] {
  const {section, name, kind, changes} = difference
  const {changes: most, text} = LIMITS[form]
  const only =
    kind === 'added'
      ? `  only in ${sideName(pair.second, pair.first)}`
      : kind === 'removed'
        ? `  only in ${sideName(pair.first, pair.second)}`
        : ''
  const remark = pair.remarks.get(`${section}/${name}`)
  const head: Line = [
    {text: `  ${MARKS[kind]} ${SECTION_NOUNS[section]} ${name}`, tone: TONES[kind]},
    {text: `${only}${remark === undefined ? '' : `  (${remark})`}`, tone: 'dim'},
  ]
  const shownChanges = changes.slice(0, most).map(change => changeLine(change, text))
  const rest = changes.length - shownChanges.length
  const more: readonly Line[] = rest > 0 && most > 0 ? [[`      and ${counted(rest, 'more change')} (-o wide)`]] : []
  return [head, ...shownChanges, ...more]
}

function comparedText(pair: PairDiff): string {
  const parts = ALL_SECTIONS.flatMap(section => {
    const count = pair.comparison.compared.get(section)
    return count === undefined || count === 0 ? [] : [`${count} ${section}`]
  })
  return parts.join(', ')
}

function countsText(pair: PairDiff): string {
  const parts = ALL_SECTIONS.flatMap(section => {
    const here = pair.comparison.differences.filter(difference => difference.section === section)
    const of = (kind: ResourceDifference['kind']) => here.filter(difference => difference.kind === kind).length
    const places = {
      added: `only in ${sideName(pair.second, pair.first)}`,
      removed: `only in ${sideName(pair.first, pair.second)}`,
      changed: 'changed',
    }
    const kinds = (['added', 'removed', 'changed'] as const).filter(kind => of(kind) > 0)
    return kinds.map(kind => `${counted(of(kind), SECTION_NOUNS[section], section)} ${places[kind]}`)
  })
  return parts.join(', ')
}

/** The differences of one likely cause, with a headline. */
function groupLines(pair: PairDiff, {cause, differences: of}: CauseGroup, form: DocForm): readonly Line[] {
  const most = LIMITS[form].resources
  const shared = cause.title.startsWith('the same change in ')
  const head: Line = [
    {
      text: shared ? `T${cause.title.slice(1)}` : cause.sure ? cause.title : `Likely from ${cause.title}`,
      tone: 'strong',
    },
    cause.sure || shared ? '' : {text: ` (${cause.because ?? 'inferred from its name'})`, tone: 'dim'},
    ':',
  ]
  const rest = of.length - most
  const lines = of
    .slice(0, most)
    .flatMap((difference, index) => resourceLines(pair, difference, shared && index > 0 ? 'short' : form))
  return [head, ...lines, ...(rest > 0 ? [[`  and ${rest} more (-o wide)`]] : [])]
}

/** What a pair has besides its differences: problems of its synchronization, sections that were not compared. */
function remarkLines(pair: PairDiff): readonly Line[] {
  return [
    ...pair.syncProblems.map((text): Line => [{text: `  ${text}`, tone: 'bad'}]),
    ...[...pair.comparison.notCompared].map(
      ([section, why]): Line => [{text: `  not compared: ${section} (${why})`, tone: 'dim'}],
    ),
  ]
}

/** A pair, but for the groups that are printed once for several. */
function pairLines(pair: PairDiff, form: DocForm, printed: ReadonlySet<string>): readonly Line[] {
  const {differences} = pair.comparison
  if (differences.length === 0) {
    const equal = {text: 'no difference', tone: 'good'} as const
    return [[{text: pair.name, tone: 'strong'}, ': ', equal, ` (${comparedText(pair)})`], ...remarkLines(pair)]
  }
  const blocks = pair.groups.map(group => groupLines(pair, group, form))
  const own = blocks.filter(block => !printed.has(blockKey(block)))
  const remarksOfPair = remarkLines(pair)
  const remarks = printed.has(blockKey(remarksOfPair)) ? [] : remarksOfPair
  if (own.length === 0 && remarks.length === 0) return []
  const above = own.length === blocks.length ? '' : ', some of them above'
  return [
    [{text: pair.name, tone: 'strong'}, `: ${counted(differences.length, 'difference')}: ${countsText(pair)}${above}`],
    [{text: `  - ${pair.first}   + ${pair.second}   compared: ${comparedText(pair)}`, tone: 'dim'}],
    ...remarks,
    ...own.flatMap((block): readonly Line[] => [[''], ...block]),
  ]
}

function blockKey(block: readonly Line[]): string {
  return block.map(line => line.map(cellText).join('')).join('\n')
}

/** How many of the proxies with the same differences are named. */
const NAMED = {short: 3, table: 6, wide: 100_000} as const

/** Differences that several proxies share, each printed once with the proxies that have it. */
function sharedBlocks(
  pairs: readonly PairDiff[],
  form: DocForm,
): {readonly lines: readonly Line[]; readonly printed: ReadonlySet<string>} {
  const blocks = new Map<string, {readonly block: readonly Line[]; readonly names: string[]}>()
  for (const pair of pairs)
    for (const block of [...pair.groups.map(group => groupLines(pair, group, form)), remarkLines(pair)]) {
      if (block.length === 0) continue
      const key = blockKey(block)
      const found = blocks.get(key) ?? {block, names: []}
      found.names.push(pair.name)
      blocks.set(key, found)
    }
  const shared = [...blocks].filter(([, {names}]) => names.length > 1)
  const byProxies = new Map<string, {readonly names: readonly string[]; readonly lines: Line[]}>()
  for (const [, {block, names}] of shared) {
    const key = names.join(' ')
    const found = byProxies.get(key) ?? {names, lines: []}
    found.lines.push([''], ...block)
    byProxies.set(key, found)
  }
  const lines = [...byProxies.values()].flatMap(({names, lines: of}): readonly Line[] => {
    const rest = names.length - NAMED[form]
    const some = names.slice(0, NAMED[form]).join(', ')
    const list = rest > 0 ? `${some} and ${rest} more (-o wide)` : some
    return [[{text: `In ${names.length} proxies`, tone: 'strong'}, `: ${list}`], ...of, ['']]
  })
  return {lines, printed: new Set(shared.map(([key]) => key))}
}

/** The objects that were added, removed or changed: most likely the reason for differences between proxies. */
function objectLines({objects}: DiffReport, form: DocForm): readonly Line[] {
  if (objects === undefined) return []
  const {differences, kinds} = objects
  if (differences.length === 0) {
    const what =
      kinds.length === 0 ? 'not on both sides, so not compared' : `no difference in ${humanCount(kinds.length, 'kind')}`
    return [[{text: `Objects: ${what}`, tone: 'dim'}], ['']]
  }
  const {changes: most, resources, text} = LIMITS[form]
  const lines = differences
    .slice(0, resources)
    .flatMap(({object, kind, changes}): readonly Line[] => [
      [{text: `  ${MARKS[kind]} ${object}`, tone: TONES[kind]}],
      ...changes.slice(0, most).map(change => changeLine(change, text)),
      ...(changes.length > most && most > 0
        ? [[`      and ${counted(changes.length - most, 'more change')} (-o wide)`]]
        : []),
    ])
  const rest = differences.length - resources
  const more: readonly Line[] = rest > 0 ? [[`  and ${rest} more (-o wide)`]] : []
  return [[{text: `${counted(differences.length, 'object')} changed:`, tone: 'strong'}], ...lines, ...more, ['']]
}

function summary(report: DiffReport): readonly Line[] {
  if (report.pairs.length === 1 && report.objects === undefined && report.kind !== 'replicas') return []
  const odd = report.pairs.filter(pair => pair.comparison.differences.length > 0)
  const head: Line =
    report.kind === 'replicas'
      ? [
          odd.length === 0
            ? 'All replicas have the same config.'
            : `${counted(odd.length, 'replica')} with a different config.`,
        ]
      : [`${counted(report.pairs.length, 'proxy', 'proxies')} on both sides, ${odd.length} different.`]
  const only = (names: readonly string[], side: string): readonly Line[] =>
    names.length === 0 ? [] : [[`Only in ${side}: ${names.join(', ')}`]]
  return [head, ...only(report.onlyFirst, report.first), ...only(report.onlySecond, report.second), ['']]
}

function doc(report: DiffReport, form: DocForm): Doc {
  const several = report.pairs.length > 1
  const pairs = several ? report.pairs.filter(pair => pair.comparison.differences.length > 0) : report.pairs
  const shared = several ? sharedBlocks(pairs, form) : {lines: [], printed: new Set<string>()}
  const parts = pairs.map(pair => pairLines(pair, form, shared.printed)).filter(lines => lines.length > 0)
  const lines = parts.flatMap((part, index) => [...(index === 0 ? [] : [['']]), ...part])
  const all = [...summary(report), ...objectLines(report, form), ...shared.lines, ...lines]
  const last = all.findLastIndex(line => line.some(cell => cellText(cell) !== ''))
  return [{block: 'text', lines: all.slice(0, last + 1)}]
}

/** The JSON Patch from the first side to the second; with several pairs each path starts with the pair's name. */
function data(report: DiffReport): unknown {
  const [only] = report.pairs
  if (report.pairs.length === 1 && only !== undefined && report.objects === undefined && report.kind !== 'replicas')
    return patchOf(only.comparison.differences)
  const objects = (report.objects?.differences ?? []).flatMap(each => operationsAt(['objects', each.object], each))
  return [...objects, ...report.pairs.flatMap(pair => patchOf(pair.comparison.differences, [pair.name]))]
}

function full(report: DiffReport): string {
  const pairs = report.pairs.map(pair => ({
    name: pair.name,
    first: pair.first,
    second: pair.second,
    compared: Object.fromEntries(pair.comparison.compared),
    notCompared: Object.fromEntries(pair.comparison.notCompared),
    told: pair.syncProblems,
    causes: pair.groups.map(({cause, differences}) => ({
      ...cause,
      differences: differences.map(({section, name, kind, changes}) => ({
        section,
        name,
        kind,
        changes: changes.length,
      })),
    })),
    patch: patchOf(pair.comparison.differences),
  }))
  const {onlyFirst, onlySecond} = report
  const objects = report.objects?.differences.map(({object, kind, changes}) => ({
    object,
    kind,
    changes: changes.length,
  }))
  const document = {
    apiVersion: 'meshctl/v1',
    kind: 'DiffReport',
    equal: !differs(report),
    pairs,
    onlyFirst,
    onlySecond,
    objects,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Differences, summary first, grouped by likely cause; `-o json` is a JSON Patch, `-o report` the whole report as JSON. */
export const diffView: View<DiffReport> = {doc, data, texts: {report: full}}
