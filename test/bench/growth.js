// How time and memory grow with the input: each command at 1x, 4x and 16x.
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {istioObjects, meshedWorkloads} from './istio-objects.js'
import {kubeProxyRules, rangeRules} from './large-rulesets.js'
import {ratios} from './measure.js'

/** CPU time may grow with the size to this power. */
const EXPONENT = 1.15

/** Deployments with a Service each. */
function deployments(count) {
  return Array.from(
    {length: count},
    (_, index) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${index}, namespace: demo}
spec:
  selector: {matchLabels: {app: app-${index}}}
  template:
    metadata: {labels: {app: app-${index}, version: v1}}
    spec:
      containers:
      - {name: app, image: example.com/app:1, ports: [{containerPort: 8080, name: http-web}]}
---
apiVersion: v1
kind: Service
metadata: {name: app-${index}, namespace: demo}
spec:
  selector: {app: app-${index}}
  ports: [{port: 80, name: http, targetPort: 8080}]
`,
  ).join('')
}

/** Listening sockets as `ss -Hlntup` prints them. */
function sockets(count) {
  return Array.from(
    {length: count},
    (_, index) => `tcp LISTEN 0 128 0.0.0.0:${1024 + index} 0.0.0.0:* users:(("app",pid=${index + 1},fd=3))\n`,
  ).join('')
}

/** Access log lines of Envoy in Istio's format. */
function logLines(count) {
  return Array.from(
    {length: count},
    (_, index) =>
      `[2026-11-20T18:54:${String(index % 60).padStart(2, '0')}.123Z] "GET /reviews/${index} HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 ${index % 1000} - "-" "curl/8" "id-${index}" "reviews:9080" "10.0.${index % 250}.7:9080" outbound|9080||reviews.demo.svc.cluster.local - 10.96.0.1:9080 10.0.0.1:4000 - default\n`,
  ).join('')
}

const COMMANDS = [
  {
    name: 'iptables, rules as kube-proxy writes them',
    make: kubeProxyRules,
    sizes: [625, 2500, 10_000],
    unit: 'rules',
    argv: file => ['iptables', '-f', file, '-o', 'short'],
    bound: 'rules',
  },
  {
    name: 'iptables, rules with ranges in one chain',
    make: rangeRules,
    sizes: [625, 2500, 10_000],
    unit: 'rules',
    argv: file => ['iptables', '-f', file, '-o', 'short'],
    bound: 'rules',
  },
  {
    name: 'check -f, a Deployment and a Service each',
    make: deployments,
    sizes: [125, 500, 2000],
    unit: 'Deployments',
    argv: file => ['check', '-f', file, '-o', 'json'],
    extension: 'yaml',
  },
  {
    name: 'ports -f',
    make: sockets,
    sizes: [1000, 4000, 16_000],
    unit: 'sockets',
    argv: file => ['ports', '-f', file],
  },
  {
    name: 'explain -f',
    make: logLines,
    sizes: [1000, 4000, 16_000],
    unit: 'log lines',
    argv: file => ['explain', '-f', file],
  },
  {
    name: 'analyze, Istio objects in files',
    make: istioObjects,
    sizes: [625, 2500, 10_000],
    unit: 'objects',
    argv: file => ['analyze', '--no-use-kube', file],
    extension: 'yaml',
    against: file => [fileURLToPath(new URL('bare-yaml.js', import.meta.url)), file],
  },
  {
    name: 'mtls -A, workloads and Services',
    make: meshedWorkloads,
    sizes: [125, 500, 2000],
    unit: 'workloads',
    argv: file => ['mtls', '-A', '--from', file],
    extension: 'yaml',
  },
  {
    name: 'report -A, workloads and Services',
    make: meshedWorkloads,
    sizes: [125, 500, 2000],
    unit: 'workloads',
    argv: file => ['report', '-A', '--from', file, '-o', 'json'],
    extension: 'yaml',
  },
  {
    name: 'authz test --matrix, workloads and Services',
    make: meshedWorkloads,
    sizes: [125, 500, 2000],
    unit: 'workloads',
    argv: file => ['authz', 'test', '--matrix', '-n', 'team-0', '--from', file],
    extension: 'yaml',
  },
]

/** Analyzing Istio objects may take this many times what parsing the same text takes. */
const ANALYZE_BOUND = 3

/** The power by which a figure grows from the second size to the third: the smallest size is mostly the start of the program. */
function exponentOf(sizes, values) {
  return Math.log(values[2] / values[1]) / Math.log(sizes[2] / sizes[1])
}

/** Measures every command whose name has the word at three sizes and reports how CPU time and memory grow, and the ratio of rules to a bare node. */
export async function benchGrowth(report, meshctl, bare, runs, bounds, word = '') {
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-growth-'))
  try {
    for (const {name, make, sizes, unit, argv, bound, against, extension = 'txt'} of COMMANDS) {
      if (!name.includes(word)) continue
      const measured = []
      for (const size of sizes) {
        const file = join(folder, `${make.name}-${size}.${extension}`)
        writeFileSync(file, make(size))
        measured.push(await ratios([meshctl, ...argv(file)], against?.(file) ?? bare, runs, [0, 1, 3]))
      }
      const figures = measured.map(
        ({cpuMs, peakMiB}, index) => `${sizes[index]}: ${cpuMs.toFixed(0)} ms, ${peakMiB.toFixed(0)} MiB`,
      )
      process.stdout.write(`${name} (${unit}) ${figures.join('; ')}\n`)
      const cpu = exponentOf(
        sizes,
        measured.map(each => each.cpuMs),
      )
      const memory = exponentOf(
        sizes,
        measured.map(each => each.peakMiB),
      )
      report(`${name}, growth of CPU time (${figures.join('; ')})`, cpu, EXPONENT, 'as exponent')
      report(`${name}, growth of memory`, memory, EXPONENT, 'as exponent')
      if (against !== undefined)
        report(`${name}, ${sizes[2]} ${unit}, time`, measured[2].wall, ANALYZE_BOUND, 'parsing the same text')
      if (bound === undefined) continue
      report(`${name}, ${sizes[2]} ${unit}, CPU time`, measured[2].cpu, bounds.rules, 'bare node')
      report(`${name}, ${sizes[2]} ${unit}, peak memory`, measured[2].peak, bounds.peak, 'bare node')
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}
