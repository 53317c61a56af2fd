-- What wrk sends, and what it must get back:
--   wrk -t1 -s load.lua URL -- REQUESTS EXPECTED ORDER FIGURES [KEPT]
-- REQUESTS  a file with a request a line, with tabs between: method, path, body, and each header's name and value
-- EXPECTED  a Lua pattern that every answer matches, with status 200
-- ORDER     "once": each request one time; "again": begin anew after the last one
-- FIGURES   a file for the figures, a line each: name, blank, value
-- KEPT      a file for what the pattern found in the answers, a line each

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, sent = {}, 0
  for line in io.lines(args[1]) do
    local method, path, body, rest = line:match("^(%S+)\t(%S+)\t([^\t]*)\t(.*)$")
    local headers = {}
    for name, value in rest:gmatch("([^\t]+)\t([^\t]*)") do headers[name] = value end
    table.insert(requests, wrk.format(method, path, headers, body))
  end
  expected, is_once, figures = args[2], args[3] == "once", args[4]
  unexpected, sample, is_exhausted = 0, "", 0
  if args[5] then
    kept = io.open(args[5], "w")
    kept:setvbuf("line")
  end
end

function request()
  sent = sent + 1
  if sent > #requests then
    if is_once then is_exhausted = 1 end
    sent = 1
  end
  return requests[sent]
end

function response(status, _, body)
  local found = status == 200 and body:match(expected)
  if not found then
    unexpected, sample = unexpected + 1, status .. " " .. body:gsub("%s+", " ")
  elseif kept then
    kept:write(found, "\n")
  end
end

function done(summary, latency)
  local thread, errors = threads[1], summary.errors
  local file = io.open(thread:get("figures"), "w")
  for name, value in pairs({
    requests = summary.requests,
    microseconds = summary.duration,
    broken = errors.connect + errors.read + errors.write + errors.timeout,
    unexpected = thread:get("unexpected"),
    sample = thread:get("sample"),
    is_exhausted = thread:get("is_exhausted"),
    p50 = latency:percentile(50),
    p99 = latency:percentile(99),
  }) do
    file:write(name, " ", value, "\n")
  end
  file:close()
end
