import {type Ruling, resourceText} from '../../model/permission.js'
import type {Cell} from '../../terminal/doc.js'
import {renderYaml} from '../../terminal/yaml.js'
import type {View} from '../view.js'
import type {CanIReport, CommandRuling, RuledNeed} from './report.js'
import {minimalRoles} from './role.js'

function place({permission}: Ruling): string {
  return permission.namespace === undefined ? 'whole cluster' : `namespace ${permission.namespace}`
}

/** `get, create pods/exec in namespace demo`: rulings on one resource together. */
function words(rulings: readonly Ruling[]): readonly string[] {
  const groups = new Map<string, {verbs: string[]; where: string}>()
  for (const ruling of rulings) {
    const resource = resourceText(ruling.permission)
    const entry = groups.get(resource) ?? {verbs: [], where: place(ruling)}
    entry.verbs.push(ruling.permission.verb)
    groups.set(resource, entry)
  }
  return [...groups].map(([resource, {verbs, where}]) => `${verbs.join(', ')} ${resource} (${where})`)
}

const refused = (need: RuledNeed) => need.rulings.filter(ruling => ruling.verdict === 'denied')
const unclear = (need: RuledNeed) => need.rulings.some(ruling => ruling.verdict === 'unknown')

function answerCell({needs}: CommandRuling, asked: boolean): Cell {
  if (!asked) return '-'
  if (needs.some(need => need.required && refused(need).length > 0)) return {text: 'no', tone: 'bad'}
  if (needs.some(need => need.required && unclear(need))) return {text: 'unknown', tone: 'warn'}
  if (needs.some(need => refused(need).length > 0 || unclear(need))) return {text: 'in part', tone: 'warn'}
  return {text: 'yes', tone: 'good'}
}

function missingWords(command: CommandRuling): string {
  return command.needs
    .filter(need => refused(need).length > 0)
    .map(need => need.what)
    .join('; ')
}

function verdictCell(need: RuledNeed, asked: boolean): Cell {
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
        need.required ? 'needed' : 'for more',
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

/** Whether each command can do its work, what is refused, and the role that would grant it. */
export const canIView: View<CanIReport> = {
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
            header: ['COMMAND', 'CAN I', 'CANNOT'],
            rows: report.commands.map(each => [each.command, answerCell(each, report.asked), missingWords(each)]),
          }
    if (missing.length === 0) return [table]
    const lines = [
      '',
      'Refused:',
      ...missing.map(line => `  ${line}`),
      '',
      'A role that grants all of it: meshctl can-i -o role',
    ]
    return [table, {block: 'text', lines}]
  },
  data: ({origin, commands, asked}) => ({apiVersion: 'meshctl/v1', kind: 'CanIReport', origin, asked, commands}),
  texts: {role: report => minimalRoles(report.permissions).map(renderYaml).join('---\n')},
}
