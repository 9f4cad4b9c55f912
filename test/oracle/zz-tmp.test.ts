import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from '@jest/globals'
import {trafficReport} from '../../src/reports/trace/traffic-report.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {captureSource} from '../support/mesh-capture.js'
import {SHARED} from '../support/shared-data.js'
const FOLDER = join(SHARED, 'ambient')
const all = readFileSync(join(FOLDER, 'traffic/amb.jsonl'), 'utf8').split('\n').filter(l => l !== '').map(text => ({...(JSON.parse(text) as any), text}))
test('x', async () => {
  const M: any = {'2-policy': ['2-policy','2c-ztunnel-debug'], '4-ztunnel-restarted':['4-ztunnel-restarted'], '7-native-nftables': ['7-native-nftables'], '8': ['8-namespace-waypoint']}
  const out: string[] = []
  for (const [moment, ids] of Object.entries(M)) {
    const labels: any = moment === '8' ? {'Namespace amb2': {'istio.io/use-waypoint': 'ns-wp'}, 'Service amb2/srv-nowp': {'istio.io/use-waypoint': 'none'}} : {}
    const source = await captureSource(ambientCapture(FOLDER, {moment: moment === '8' ? '7-native-nftables' : moment, capturedAt: moment === '2-policy' ? '2026-11-30T00:57:00Z' : '2026-11-30T01:10:00Z', unredacted: true, objectsOnly: true, labels}))
    const recs = all.filter(r => (ids as any).includes(r.moment))
    const rep = await trafficReport(source, recs.map(r => r.text).join('\n'), 'a')
    out.push(JSON.stringify(rep.notes.slice(0,30)), JSON.stringify(rep.gaps.slice(0,10)))
    let right = 0, alt = 0, open = 0, wrong = 0
    recs.forEach((r, i) => {
      const a: any = rep.answers[i]
      const pred = (x: any) => r.request.tcp ? (x.outcome === 'delivered' || x.outcome === 'not-captured' ? 'served' : 'nothing') : String(x.status)
      const seen = r.request.tcp ? ((r.result.said ?? '').includes('hello') ? 'served' : 'nothing') : String(r.result.status)
      if (a.outcome === 'undecided') { open++; out.push(`${r.id} OPEN ${a.because}`) }
      else if (pred(a) === seen) right++
      else if (a.alternatives.some((x: any) => pred(x) === seen)) { alt++; out.push(`${r.id} alt ${r.from} ${r.request.to}:${r.request.port} ${r.request.path} seen ${seen} said ${pred(a)} ${a.because}`) }
      else { wrong++; out.push(`${r.id} WRONG ${r.from} ${r.request.to}:${r.request.port} ${r.request.path} seen ${seen} said ${pred(a)} ${a.because}`) }
    })
    out.push(`${moment}: right ${right} alt ${alt} open ${open} wrong ${wrong} byObjects ${rep.answers.filter(a => a.byObjects).length} of ${recs.length}`)
  }
  console.log(out.join('\n'))
}, 300000)
