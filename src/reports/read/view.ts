import {INPUT_FORMS, type InputForm} from '../../model/evidence/input-form.js'
import {humanCount} from '../../model/text/human-count.js'
import {shellWord} from '../../model/text/shell-word.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {HeldBundle} from './bundles.js'
import type {ReadReport} from './report.js'

function commandsOf({commands}: InputForm): string {
  return commands.length === 0 ? '-' : commands.map(command => `meshctl ${command}`).join(', ')
}

function bundleLines({path, capturedAt, from, pods, namespaces}: HeldBundle): readonly Cell[] {
  const where = namespaces.length === 0 ? '' : ` in ${namespaces.join(', ')}`
  const option = `--from ${path === 'standard input' ? 'FILE' : shellWord(path)}`
  return [
    {
      text: `${path} is a bundle of meshctl: ${humanCount(pods, 'pod')}${where}, captured ${capturedAt}`,
      tone: 'strong',
    },
    ...(from === '' ? [] : [`  of: ${from}`]),
    `  read by: every command with ${option}`,
    ...['proxy-status', 'check -A', 'trace POD URL'].map(command => `    meshctl ${command} ${option}`),
  ]
}

/** What each file is, what can be asked of it, and what pages without a command of their own say. */
export const readView: View<ReadReport> = {
  doc: ({bundles, files, findings}) => [
    {
      block: 'text',
      lines: [
        ...bundles.flatMap(bundleLines),
        ...files.flatMap(({label, forms}): readonly Cell[] =>
          forms.length === 0
            ? [{text: `${label} is in no format meshctl knows`, tone: 'warn'}]
            : forms.flatMap((form, index): readonly Cell[] => [
                {text: `${label} ${index === 0 ? 'is' : 'also contains'} ${form.title}`, tone: 'strong'},
                ...(form.commands.length === 0 ? [] : [`  read by: ${commandsOf(form)}`]),
              ]),
        ),
      ],
    },
    ...(findings.length === 0 ? [] : [{block: 'text' as const, lines: ['', ...findings]}]),
  ],
  data: ({bundles, files, findings}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'ReadReport',
    bundles,
    files: files.map(({label, forms}) => ({
      file: label,
      forms: forms.map(({id, title, commands}) => ({id, title, commands})),
    })),
    findings,
  }),
}

/** The table of every form. */
export const formsView: View<ReadReport> = {
  namedBy: 'FORM',
  doc: () => [
    {
      block: 'table',
      style: 'columns',
      padding: 3,
      header: ['FORM', 'RECOGNISED BY', 'ANSWERED BY'],
      rows: INPUT_FORMS.map(form => [form.title, form.mark, form.commands.join(', ') || 'read']),
    },
  ],
  data: () => ({apiVersion: 'meshctl/v1', kind: 'InputFormList', items: INPUT_FORMS}),
}
