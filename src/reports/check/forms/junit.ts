import {own} from '../../../model/collections/own.js'
import type {Gap} from '../../../model/evidence/answer.js'
import type {Finding} from '../../../model/finding.js'
import {objectLabel} from '../../../model/kube/pod.js'
import {humanCount} from '../../../model/text/human-count.js'
import type {RuleInfo} from '../../../rules/rule-info.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'
import type {CheckReport} from '../report.js'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for XML 1.0: markup is spelled out, characters XML cannot hold become `?`, and a carriage return survives reading. */
export function xml(text: string): string {
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '?',
    )
    .replace(/[&<>"']/g, char => own(ENTITIES, char) ?? char)
    .replaceAll('\r', '&#13;')
}

/** The same for an attribute, where readers turn line breaks and tabs into blanks unless they are spelled out. */
export function attribute(text: string): string {
  return xml(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

/** One failure per case, as the form allows no more: the message of the first, all of them in the text. */
function failure(open: readonly Finding[]): readonly string[] {
  const [first] = open
  if (first === undefined) return []
  const body = open.map(({message, path, fix}) =>
    [message, ...(path === undefined ? [] : [`at ${path}`]), fix].join('\n'),
  )
  const more = open.length === 1 ? '' : ` (and ${open.length - 1} more)`
  return [
    `      <failure type="${first.severity}" message="${attribute(`${first.message}${more}`)}">${xml(body.join('\n\n'))}</failure>`,
  ]
}

interface Case {
  readonly code: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly lines: readonly string[]
  /** What does not fail: info and accepted findings. */
  readonly notes: readonly string[]
}

function casesOf({findings, notChecked}: CheckedWorkload): readonly Case[] {
  const codes = [...new Set(findings.map(({code}) => code))]
  const failed = codes.map((code): Case => {
    const own = findings.filter(each => each.code === code)
    const open = own.filter(({accepted, severity}) => accepted === undefined && severity !== 'info')
    const notes = own
      .filter(each => !open.includes(each))
      .map(({severity, message, accepted}) => `${code} ${accepted === undefined ? severity : 'accepted'}: ${message}`)
    return {code, outcome: open.length > 0 ? 'failed' : 'passed', lines: failure(open), notes}
  })
  const skipped = notChecked.map(
    ({code, gap}): Case => ({
      code,
      outcome: 'skipped',
      lines: [`      <skipped message="${attribute(`${gap.what}: ${gap.detail}`)}"/>`],
      notes: [],
    }),
  )
  return [...failed, ...skipped]
}

function suite(checked: CheckedWorkload, id: number, titles: ReadonlyMap<string, string>, timestamp: string): string {
  const cases = casesOf(checked)
  const name = attribute(objectLabel(checked.workload))
  const count = (wanted: Case['outcome']) => cases.filter(({outcome}) => outcome === wanted).length
  const rows = cases.map(({code, lines}) => {
    const head = `    <testcase classname="${name}" name="${attribute(`${code} ${titles.get(code) ?? ''}`.trim())}" time="0"`
    return lines.length === 0 ? `${head}/>` : [`${head}>`, ...lines, '    </testcase>'].join('\n')
  })
  const counts = `tests="${cases.length + 1}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`
  const passed = `${humanCount(checked.passed, 'rule')} passed`
  return [
    `  <testsuite id="${id}" package="meshctl" name="${name}" timestamp="${timestamp}" hostname="localhost" ${counts} time="0">`,
    '    <properties/>',
    `    <testcase classname="${name}" name="${passed}" time="0"/>`,
    ...rows,
    `    <system-out>${xml(cases.flatMap(({notes}) => notes).join('\n'))}</system-out>`,
    '    <system-err/>',
    '  </testsuite>',
  ].join('\n')
}

/** Unreadable and skipped parts of the input as a suite of their own: errors and skipped cases. */
function inputSuite({damaged, skipped}: CheckReport, id: number, timestamp: string): readonly string[] {
  if (damaged.length + skipped.length === 0) return []
  const one = (gap: Gap, tag: string) => [
    `    <testcase classname="input" name="${attribute(gap.what)}" time="0">`,
    `      <${tag} ${tag === 'error' ? 'type="unreadable" ' : ''}message="${attribute(gap.detail)}"/>`,
    '    </testcase>',
  ]
  const counts = `tests="${damaged.length + skipped.length}" failures="0" errors="${damaged.length}" skipped="${skipped.length}"`
  return [
    `  <testsuite id="${id}" package="meshctl" name="input" timestamp="${timestamp}" hostname="localhost" ${counts} time="0">`,
    '    <properties/>',
    ...damaged.flatMap(gap => one(gap, 'error')),
    ...skipped.flatMap(gap => one(gap, 'skipped')),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
  ]
}

/**
 * The findings as JUnit XML, in the narrow form that Ant's schema allows and Jenkins' allows as well: a suite per workload, a case per rule
 * with findings or not checked, and one for all that passed; info findings do not fail, unchecked rules are skipped, unreadable input is an error.
 */
export function junitXml(report: CheckReport, rules: readonly RuleInfo[]): string {
  const titles = new Map(rules.map(({code, title}) => [code, title]))
  const timestamp = report.at.toISOString().slice(0, 19)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...report.workloads.map((each, index) => suite(each, index, titles, timestamp)),
    ...inputSuite(report, report.workloads.length, timestamp),
    '</testsuites>',
    '',
  ].join('\n')
}
