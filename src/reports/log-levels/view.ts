import {podLabel} from '../../model/kube/kube-object.js'
import type {Block} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {LogLevelReport, PodLevels} from './report.js'

function asEnvoyPrints({pod, levels}: PodLevels): Block {
  const lines = [...levels].map(([name, level]) => `  ${name}: ${level}`)
  return {block: 'text', lines: [`${podLabel(pod)}:`, 'active loggers:', ...lines]}
}

/** Each pod's levels as istioctl prints them; wide is one table with a row per logger. */
export const logLevelsView: View<LogLevelReport> = {
  namedBy: 'POD',
  doc: (report, form) => {
    if (form !== 'wide') return report.pods.map(asEnvoyPrints)
    const rows = report.pods.flatMap(({pod, levels}) =>
      [...levels].map(([name, level]) => [podLabel(pod), name, level]),
    )
    return [{block: 'table', style: 'columns', padding: 5, header: ['POD', 'LOGGER', 'LEVEL'], rows}]
  },
  data: report => Object.fromEntries(report.pods.map(({pod, levels}) => [podLabel(pod), Object.fromEntries(levels)])),
  raw: report => Buffer.concat(report.pods.map(({bytes}) => bytes)),
}
