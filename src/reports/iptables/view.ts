import {nftText} from '../../analysis/netfilter/rule-words/nft-text.js'
import {saveText} from '../../analysis/netfilter/rule-words/save-text.js'
import {ruleWords} from '../../analysis/netfilter/rule-words/words.js'
import {humanCount} from '../../model/human-count.js'
import {podLabel} from '../../model/kube-object.js'
import {type Ruleset, ruleCount} from '../../model/ruleset.js'
import type {Block, Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {tableTree} from './chain-tree.js'
import {noRulesWords} from './no-rules.js'
import type {IptablesReport} from './report.js'
import {summaryFields} from './summary.js'

const MODES = {redirect: 'REDIRECT', tproxy: 'TPROXY', none: 'nothing is captured', unknown: ''} as const

function backends(rulesets: readonly Ruleset[]): string {
  const names = new Set(
    rulesets
      .filter(set => ruleCount(set) > 0)
      .map(set =>
        set.backend === 'native' ? 'nftables' : set.backend === 'unknown' ? 'iptables' : `iptables-${set.backend}`,
      ),
  )
  return names.size === 0 ? 'no rules' : [...names].join(' and ')
}

function whence({kernel, origin}: IptablesReport): Cell {
  if (kernel.from === 'log') {
    const now = origin.kind === 'files' ? 'is not in it' : 'could not be read'
    return {text: `as istio-init wrote them at start; what is there now ${now}`, tone: 'warn'}
  }
  if (kernel.from === 'computed') return {text: `computed from ${kernel.origin}`, tone: 'warn'}
  return kernel.from === 'live' ? 'as the kernel held them' : 'from the text given'
}

/** What the headline says of how traffic is captured; nothing where a text without rules does not tell. */
function capture({interceptions, kernel}: IptablesReport, count: number): string {
  const first = interceptions[0]
  if (first === undefined) return count === 0 && kernel.from === 'text' ? '' : `${MODES.none}, `
  if (first.mode !== 'unknown') return `${MODES[first.mode]}, `
  const out = first.outbound.usual.verdict === 'captured'
  return out ? 'inbound capture cannot be determined, ' : 'capture cannot be determined, '
}

function title(report: IptablesReport): readonly Cell[] {
  const count = report.rulesets.reduce((sum, set) => sum + ruleCount(set), 0)
  const rules = count === 0 ? 'no rules' : `${humanCount(count, 'rule')} in ${backends(report.rulesets)}`
  const era = report.era === undefined || report.kernel.from === 'computed' ? '' : `, as made by ${report.era}`
  const what = report.excerpt ? 'an excerpt, ' : capture(report, count)
  return [{text: podLabel(report.subject), tone: 'strong'}, `  ${what}${rules}${era}, `, whence(report)]
}

function summary(report: IptablesReport): readonly Block[] {
  const many = report.interceptions.length > 1
  const lines: (readonly Cell[])[] = [title(report)]
  if (report.rulesets.every(set => ruleCount(set) === 0)) lines.push([{text: noRulesWords(report), tone: 'warn'}])
  if (report.excerpt) {
    lines.push([
      {
        text: 'The chains packets enter by (PREROUTING, OUTPUT) are not in the text given, so what is captured cannot be determined from it.',
        tone: 'warn',
      },
    ])
    return [{block: 'text', lines}]
  }
  const [first, ...others] = report.interceptions
  const same = others.every(
    other => JSON.stringify(summaryFields(other)) === JSON.stringify(first === undefined ? [] : summaryFields(first)),
  )
  const shown = same ? report.interceptions.slice(0, 1) : report.interceptions
  for (const interception of shown) {
    const family = many ? (same ? '' : interception.family === 'ip' ? ' v4' : ' v6') : ''
    for (const [label, cells] of summaryFields(interception))
      lines.push([`${`${label}${family}`.padEnd(12)}`, ...cells])
  }
  return [{block: 'text', lines}]
}

function oddities(report: IptablesReport): readonly Block[] {
  if (report.oddities.length === 0) return []
  const lines = report.oddities.flatMap(({level, what, consequence, rule}) => [
    [
      {text: level === 'warning' ? '! ' : 'i ', tone: level === 'warning' ? 'warn' : 'dim'} as const,
      what,
      ' ',
      consequence,
    ],
    ...(rule === undefined ? [] : [[{text: `    ${rule}`, tone: 'dim'} as const]]),
  ])
  return [{block: 'text', lines: ['', ...lines]}]
}

function hasTraffic(report: IptablesReport): boolean {
  return report.rulesets.some(set =>
    set.tables.some(table => table.chains.some(chain => chain.rules.some(rule => (rule.counters?.packets ?? 0) > 0))),
  )
}

function trees(report: IptablesReport, wide: boolean): readonly Block[] {
  const style = {wide, counters: hasTraffic(report), shown: new Set<string>()}
  const roots = report.rulesets
    .flatMap(set => set.tables.map(table => tableTree(set, table, style)))
    .filter(node => node !== undefined)
  return roots.flatMap(root => [{block: 'text', lines: ['']} as const, {block: 'tree', roots: [root]} as const])
}

function doc(report: IptablesReport, form: 'short' | 'table' | 'wide'): Doc {
  return [...summary(report), ...oddities(report), ...(form === 'short' ? [] : trees(report, form === 'wide'))]
}

function data(report: IptablesReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'IptablesReport',
    subject: podLabel(report.subject),
    origin: report.origin.label,
    from: report.kernel.from,
    excerpt: report.excerpt,
    era: report.era,
    interception: report.excerpt ? [] : report.interceptions,
    oddities: report.oddities,
    rulesets: report.rulesets.map(set => ({
      ...set,
      tables: set.tables.map(table => ({
        ...table,
        chains: table.chains.map(chain => ({
          ...chain,
          rules: chain.rules.map(rule => ({...rule, words: ruleWords(table.name, chain, rule)})),
        })),
      })),
    })),
    notChecked: report.gaps,
  }
}

/** The bytes as they came; computed rules as text their tool can load. */
function raw({kernel}: IptablesReport): Uint8Array {
  if (kernel.from !== 'computed') return kernel.bytes
  return Buffer.from(kernel.rulesets.map(set => (set.backend === 'native' ? nftText(set) : saveText(set))).join(''))
}

/** The rules in words: three lines of summary, what is odd, then the chains as a tree. */
export const iptablesView: View<IptablesReport> = {doc, data, raw}
