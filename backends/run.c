/* The one way in: finds the backend of a call's device and runs the call there. */
#include "backends/backend.h"
#include "base/thread.h"

_Thread_local wki_recorder *wki_recorder_here;
_Thread_local wki_meter *wki_meter_here;
_Thread_local const wki_stage *wki_stage_here;

static wk_status run_metered(wki_meter *meter, const wki_backend *backend, int index, const wki_call *call)
{
    meter->parts = 1;
    meter->spans[0].begin = wki_clock();
    const wk_status status = backend->run(index, call);
    if (meter->parts == 1) meter->spans[0].end = wki_clock();
    meter->ran(meter, call, wki_stage_here, meter->parts, meter->spans);
    return status;
}

wk_status wki_run(const wki_call *call)
{
    if (__builtin_expect(wki_recorder_here != NULL, 0) && wki_recorder_here->take(wki_recorder_here, call))
        return wk_error();
    wk_device device = call->views[0]->device;
    const wki_backend *backend = wki_backend_of(device);
    if (!backend) return WK_E_DEVICE;
    wki_meter *meter = wki_meter_here;
    if (__builtin_expect(meter != NULL, 0)) return run_metered(meter, backend, device & 0xffffff, call);
    return backend->run(device & 0xffffff, call);
}
