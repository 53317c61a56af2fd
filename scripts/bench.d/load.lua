-- What wrk sends and what it must get: wrk -t1 -s load.lua URL -- REQUESTS EXPECTED ONCE FIGURES
--   REQUESTS  a file, one request a line: method, tab, path, tab, body
--   EXPECTED  a Lua pattern that every answer holds; its capture, if it has one, is kept
--   ONCE      "once" sends each request one time, "again" begins anew after the last
--   FIGURES   a file for the figures: name, blank, value; at its end what was captured

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, sent = {}, 0
  for line in io.lines(args[1]) do
    local method, path, body = line:match("^(%S+)\t(%S+)\t(.*)$")
    table.insert(requests, wrk.format(method, path, { ["Content-Type"] = "application/json" }, body))
  end
  expected, is_once, figures = args[2], args[3] == "once", args[4]
  unexpected, sample, is_exhausted = 0, "", 0
  captured = io.open(figures .. ".captured", "w")
end

function request()
  sent = sent + 1
  if sent > #requests then
    if is_once then is_exhausted = 1 end
    sent = 1
  end
  return requests[sent]
end

function response(status, headers, body)
  local found = body:match(expected)
  if status == 200 and found then
    if found ~= body and #found == 32 then captured:write(found, "\n") end
  else
    unexpected, sample = unexpected + 1, status .. " " .. body:gsub("%s+", " ")
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
