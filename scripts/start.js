// The first five minutes: the main job on the sample mesh that ships inside, one healthy pod beside sick ones.
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

const run = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const steps = [
  ['A pod whose app runs as the proxy user: what is wrong with it?', 1, ['check', 'deploy/sick-uid-v1']],
  ['The same question about a healthy pod.', 0, ['check', 'deploy/productpage-v1']],
  [
    'A pod whose kernel rules were changed after it started: is its traffic going through the sidecar?',
    0,
    ['iptables', 'deploy/sick-drift-v1'],
  ],
  ['The same rules on a healthy pod.', 0, ['iptables', 'deploy/productpage-v1']],
  [
    'What does the healthy pod’s Envoy know about port 9080?',
    0,
    ['proxy-config', 'cluster', 'deploy/productpage-v1', '--port', '9080'],
  ],
  ['And where does it listen?', 0, ['proxy-config', 'listener', 'deploy/productpage-v1', '--port', '15006']],
]

for (const [why, expected, argv] of steps) {
  console.log(`\n# ${why}\n$ meshctl ${argv.join(' ')} --from sample`)
  const {status} = spawnSync(process.execPath, [run, ...argv, '--from', 'sample'], {stdio: 'inherit'})
  if (status !== expected) {
    console.error(`meshctl ended with ${status}, expected ${expected}`)
    process.exitCode = 1
  }
}
console.log('\nNext: meshctl check -n demo --from sample   (every pod)   ·   meshctl --help   ·   README.md')
