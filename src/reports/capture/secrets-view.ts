import {humanCount} from '../../model/text/human-count.js'
import {orDash} from '../or-dash.js'
import type {View} from '../view.js'
import type {SecretsReport} from './secrets.js'

/** What a capture would hide: one row per place, equal secrets with equal placeholders. */
export const capturedSecretsView: View<SecretsReport> = {
  doc: ({pods, secrets}) => {
    const different = new Set(secrets.map(({placeholder}) => placeholder)).size
    const places = secrets.reduce((sum, {count}) => sum + count, 0)
    return [
      {
        block: 'text',
        lines: [
          secrets.length === 0
            ? `A capture of ${humanCount(pods, 'pod')} would hide nothing.`
            : `A capture of ${humanCount(pods, 'pod')} would hide ${humanCount(different, 'secret')} in ${humanCount(places, 'place')}.`,
        ],
      },
      ...(secrets.length === 0
        ? []
        : [
            {
              block: 'table' as const,
              style: 'columns' as const,
              header: ['WHERE', 'FIELD OR LINE', 'NAME OR KIND', 'PLACEHOLDER', 'COUNT'],
              rows: secrets.map(({where, place, what, placeholder, count}) => [
                where,
                orDash(place),
                orDash(what),
                placeholder,
                String(count),
              ]),
            },
          ]),
    ]
  },
  data: ({origin, pods, secrets}) => ({apiVersion: 'meshctl/v1', kind: 'CaptureSecretsReport', origin, pods, secrets}),
}
