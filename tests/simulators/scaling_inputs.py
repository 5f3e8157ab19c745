"""Inputs of the scaling families, made shortly."""

OUT = [
    {"lower": 0, "upper": 10, "adjustment": 0},
    {"lower": 10, "upper": 20, "adjustment": 10},
    {"lower": 20, "upper": None, "adjustment": 30},
]
IN = [
    {"lower": -10, "upper": 0, "adjustment": 0},
    {"lower": -20, "upper": -10, "adjustment": -10},
    {"lower": None, "upper": -20, "adjustment": -30},
]
CHANGE = "ChangeInCapacity"
OPEN = [{"lower": 0, "upper": None, "adjustment": 3}]


def tracking(running, metric, target=50, alarm="HIGH", **more):
    return {"running": running, "metric": metric, "target": target, "alarm": alarm, "min": 1, "max": 20, **more}


def alarms(series, target=50):
    return {"series_per_minute": series, "target": target, "high_periods": 3, "low_periods": 15, "low_ratio": 0.9}


def stepping(current, metric, steps, kind="PercentChangeInCapacity", **more):
    return {
        "current": current,
        "threshold": 50,
        "metric": metric,
        "adjustment_type": kind,
        "steps": steps,
        "min": 0,
        "max": 1000,
        **more,
    }


def cooling(*alarms, current=10, low=0, high=100):
    made = [{"t": t, "adjustment": adjustment} for t, adjustment in alarms]
    return {"current": current, "cooldown": 300, "alarms": made, "min": low, "max": high}


def bounds(*pairs, kind=CHANGE, adjustment=1):
    steps = [{"lower": lower, "upper": upper, "adjustment": adjustment} for lower, upper in pairs]
    return {"adjustment_type": kind, "steps": steps}


def by_step(adjustment, alarm=True, kind=CHANGE):
    return {"kind": "step", "adjustment_type": kind, "adjustment": adjustment, "alarm": alarm}


def by_target(metric, alarm, target=50, **more):
    return {"kind": "target_tracking", "metric": metric, "target": target, "alarm": alarm, **more}


def policies(*made, current=10, low=1, high=100):
    return {"current": current, "min": low, "max": high, "policies": list(made)}


def action(current, low, high, **more):
    cooling_down = more.pop("in_cooldown", False)
    return {"current": current, "min": low, "max": high, "action": more, "in_cooldown": cooling_down}
