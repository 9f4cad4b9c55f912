import {podLabel} from '../../model/kube/kube-object.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {ServerInfoReport} from './report.js'

/** The most useful options; wide shows every option that is set. */
const USUAL_OPTIONS = new Set(['concurrency', 'log_level', 'component_log_level', 'drain_time', 'config_path'])

function fields({subject, info, problem}: ServerInfoReport, wide: boolean): readonly (readonly [string, Cell])[] {
  const state: Cell = info.state === 'LIVE' ? info.state : {text: info.state, tone: 'bad'}
  const options = wide ? info.options : info.options.filter(option => USUAL_OPTIONS.has(option.split('=')[0] ?? ''))
  const all: readonly (readonly [string, Cell])[] = [
    ['Pod', podLabel(subject)],
    ['Envoy', info.version],
    ['Build', info.build.join(', ')],
    ['Istio', info.istioVersion],
    ['State', state],
    ['Uptime', info.uptime],
    ['Problem', problem === undefined ? '' : {text: problem, tone: 'bad'}],
    ['Uptime of all epochs', info.uptimeAllEpochs === info.uptime ? '' : info.uptimeAllEpochs],
    ['Hot restart', info.hotRestartVersion],
    ['Node', info.nodeId],
    ['Node cluster', info.nodeCluster],
    ['Options', options.join(' ')],
  ]
  return all.filter(([, cell]) => cell !== '')
}

/** The server info as labelled fields; wide lists every option, json prints Envoy's answer unchanged. */
export const serverInfoView: View<ServerInfoReport> = {
  doc: (report, form): Doc => [{block: 'fields', fields: fields(report, form === 'wide')}],
  data: report => report.info.json,
  raw: report => report.artifact.bytes,
}
