import json, time, pytest, os
from . import addresses as A
from .people import COLUMNS, Person
from .things import Things
from .trying import ask
from home.roles import create_roles
OUT="/tmp/wt/access-measured"
os.makedirs(OUT, exist_ok=True)
ALL=[(k,c,w) for k,cs in COLUMNS.items() for c,ws in cs.items() for w in ws]
@pytest.mark.parametrize("kind,column,who", ALL)
def test_m(kind,column,who,home,settings):
    create_roles()
    settings.METRICS_TOKEN="x"
    if kind=="scripts": settings.WAGTAIL_API_V3_PREVIEW=True
    things=Things(home)
    person=COLUMNS[kind][column][who]()
    ops=A.operations(); res={}
    t=time.time()
    for a in sorted(A.addresses()):
        if a.startswith(A.V3): 
            if kind!="scripts": continue
            ms=[m for m,x in ops if x==a] or ["GET"]
        elif kind=="scripts": continue
        elif a.startswith("/api/"):
            if kind!="programs": continue
            ms=[m for m,x in ops if x==a] or ["GET"]
        elif kind=="programs": continue
        else: ms=["GET","POST"]
        for m in ms:
            try: o=ask(person,m,things.at(a),things.sent(m,a) if m not in("GET",) else {})
            except Exception as e: 
                import traceback; traceback.print_exc(); res[f"{m} {a}"]=["EXC "+repr(e)[:200],[]]; continue
            res[f"{m} {a}"]=[o.word,[c[:120] for c in o.changed][:4]]
    print(kind,column,who,len(res),time.time()-t)
    json.dump(res,open(f"{OUT}/{kind}-{column}-{who}.json".replace(" ","_"),"w"))
