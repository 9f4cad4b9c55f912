import {type Ruling, resourceText} from '../../model/kube/permission.js'
import type {Cell} from '../../terminal/doc.js'
import {renderYaml} from '../../terminal/yaml.js'
import type {View} from '../view.js'
import type {CanIReport, CheckedNeed, CommandPermissions} from './report.js'
import {minimalRoles} from './role.js'

function place({permission}: Ruling): string {
  return permission.namespace === undefined ? 'cluster-wide' : `namespace ${permission.namespace}`
}

/** `get, create pods/exec (namespace demo)`: the verbs of one resource together. */
function words(rulings: readonly Ruling[]): readonly string[] {
  const groups = new Map<string, {resource: string; verbs: Set<string>; where: string}>()
  for (const ruling of rulings) {
    const resource = resourceText(ruling.permission)
    const key = `${resource} ${place(ruling)}`
    const entry = groups.get(key) ?? {resource, verbs: new Set(), where: place(ruling)}
    entry.verbs.add(ruling.permission.verb)
    groups.set(key, entry)
  }
  return [...groups.values()].map(({resource, verbs, where}) => `${[...verbs].join(', ')} ${resource} (${where})`)
}

const refused = (need: CheckedNeed) => need.rulings.filter(ruling => ruling.verdict === 'denied')
const unclear = (need: CheckedNeed) => need.rulings.some(ruling => ruling.verdict === 'unknown')

function answerCell({needs}: CommandPermissions, asked: boolean): Cell {
  if (!asked) return '-'
  if (needs.some(need => need.required && refused(need).length > 0)) return {text: 'no', tone: 'bad'}
  if (needs.some(need => need.required && unclear(need))) return {text: 'unknown', tone: 'warn'}
  if (needs.some(need => refused(need).length > 0 || unclear(need))) return {text: 'partially', tone: 'warn'}
  return {text: 'yes', tone: 'good'}
}

function missingWords(command: CommandPermissions): string {
  const lacking = command.needs.filter(need => refused(need).length > 0).map(need => need.what)
  return [...new Set(lacking)].join('; ')
}

function verdictCell(need: CheckedNeed, asked: boolean): Cell {
  if (!asked) return '-'
  if (refused(need).length > 0) return {text: 'no', tone: need.required ? 'bad' : 'warn'}
  return unclear(need) ? {text: 'unknown', tone: 'warn'} : {text: 'yes', tone: 'good'}
}

function details(report: CanIReport): readonly (readonly Cell[])[] {
  return report.commands.flatMap(({command, needs}) =>
    needs.flatMap(need =>
      words(need.rulings).map((line, at) => [
        at === 0 ? command : '',
        at === 0 ? need.what : '',
        need.required ? 'required' : 'optional',
        at === 0 ? verdictCell(need, report.asked) : '',
        line,
      ]),
    ),
  )
}

function lacking(report: CanIReport): readonly string[] {
  const all = report.commands.flatMap(({needs}) => needs.flatMap(refused))
  return words([...new Map(all.map(each => [JSON.stringify(each.permission), each])).values()])
}

/** Whether each command is permitted, the missing permissions, and the role that would grant them. */
export const canIView: View<CanIReport> = {
  namedBy: 'COMMAND',
  doc: (report, form) => {
    const missing = lacking(report)
    const table =
      form === 'wide' || !report.asked
        ? {
            block: 'table' as const,
            style: 'columns' as const,
            header: ['COMMAND', 'TO', 'KIND', 'ALLOWED', 'PERMISSIONS'],
            rows: details(report),
          }
        : {
            block: 'table' as const,
            style: 'columns' as const,
            header: ['COMMAND', 'ALLOWED', 'MISSING'],
            rows: report.commands.map(each => [each.command, answerCell(each, report.asked), missingWords(each)]),
          }
    if (missing.length === 0) return [table]
    const lines = [
      '',
      'Refused:',
      ...missing.map(line => `  ${line}`),
      '',
      "To print a Role that grants them, run 'meshctl can-i -o role'.",
    ]
    return [table, {block: 'text', lines}]
  },
  data: ({origin, commands, asked}) => ({apiVersion: 'meshctl/v1', kind: 'CanIReport', origin, asked, commands}),
  texts: {role: report => minimalRoles(report.permissions).map(renderYaml).join('---\n')},
}
