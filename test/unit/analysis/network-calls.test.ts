import {expect, test} from '@jest/globals'
import {networkCalls} from '../../../src/analysis/command-line/network-calls.js'

const calls = (script: string, variables: Record<string, string> = {}) =>
  networkCalls({image: 'x', command: ['sh', '-c', script], args: [], variables}, []).map(
    ({program, host, port, where}) => [program, host, port, where].filter(each => each !== undefined).join(' '),
  )

test.each([
  ['until nc -z -w 2 db 5432; do sleep 1; done', ['nc db 5432 remote']],
  ['while ! curl -sf http://web.shop:8080/health; do sleep 1; done', ['curl web.shop 8080 remote']],
  ['timeout 30 bash -c "until nc -z db 5432; do sleep 1; done"', ['nc db 5432 remote']],
  ['PGPASSWORD=x psql -hdb -p 5433 -c "select 1"', ['psql db 5433 remote']],
  ['psql "postgres://u:p%2F@db.prod:5432/x"', ['psql db.prod 5432 remote']],
  ['redis-cli ping', []],
  ['git clone git@github.com:a/b.git', ['git remote']],
  ['aws --version', []],
  ['curl --version', []],
  ['echo "curl http://db"', []],
  ['# nc db 5432', []],
  ['kafka-topics.sh --bootstrap-server kafka:9092 --list', ['kafka-topics.sh kafka 9092 remote']],
  ['X=$(curl -s http://a/); echo $X', ['curl a 80 remote']],
  ['curl http://localhost:15021/healthz/ready', ['curl localhost 15021 own']],
])('%s', (script, wanted) => {
  expect(calls(script)).toEqual(wanted)
})

test('no part of a connection string but its host is kept', () => {
  expect(calls('migrate up', {DATABASE_URL: 'postgres://app:p@ss@db:5432/x'})).toEqual(['migrate db 5432 remote'])
  expect(calls('goose up', {GOOSE_DBSTRING: 'user=app password=secret host=db'})).toEqual(['goose unknown'])
  expect(calls('goose up', {GOOSE_DBSTRING: 'app:secret@tcp(db:3306)/x'})).toEqual(['goose unknown'])
})

test('a long hostile script takes no time', () => {
  expect(calls(`${'$('.repeat(20_000)}${'nc -z '.repeat(20_000)}`)).toEqual(expect.anything())
  expect(calls(`curl ${'http://a@'.repeat(10_000)}`)).toEqual(expect.anything())
})
