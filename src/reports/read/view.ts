import {INPUT_FORMS, type InputForm} from '../../model/input-form.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {ReadReport} from './report.js'

function commandsOf({commands}: InputForm): string {
  return commands.length === 0 ? '-' : commands.map(command => `meshctl ${command}`).join(', ')
}

/** What each file is, what can be asked of it, and what pages without a command of their own say. */
export const readView: View<ReadReport> = {
  doc: ({files, findings}) => [
    {
      block: 'text',
      lines: files.flatMap(({label, forms}): readonly Cell[] =>
        forms.length === 0
          ? [{text: `${label} is in no format meshctl knows`, tone: 'warn'}]
          : forms.flatMap((form, index): readonly Cell[] => [
              {text: `${label} ${index === 0 ? 'is' : 'also contains'} ${form.title}`, tone: 'strong'},
              ...(form.commands.length === 0 ? [] : [`  read by: ${commandsOf(form)}`]),
            ]),
      ),
    },
    ...(findings.length === 0 ? [] : [{block: 'text' as const, lines: ['', ...findings]}]),
  ],
  data: ({files, findings}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'ReadReport',
    files: files.map(({label, forms}) => ({
      file: label,
      forms: forms.map(({id, title, commands}) => ({id, title, commands})),
    })),
    findings,
  }),
}

/** The table of every form. */
export const formsView: View<ReadReport> = {
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
