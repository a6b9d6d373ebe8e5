# One full day of training, two caucuses without a concern, one full day of facilitation.
A 2025-09-02 09:00 case_opened; district=Maple Hollow; county=norfolk; contract_expires=2026-06-30; evergreen=true
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-04 15:30 leader_agreed; seat=union_president; name=Ben Castellan
A 2025-09-09 19:00 leader_agreed; seat=school_committee; name=Tola Okafor; office=chair
A 2025-09-10 10:00 meeting_scheduled; slot=2025-09-16 15:00-16:30
A 2025-09-16 16:30 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; present=Ben Castellan; topics=interests,services,next_steps
A 2025-09-16 16:40 service_chosen; service=ibbi
A 2025-09-22 09:00 member_named; party=labor; member=castellan:Ben Castellan
A 2025-09-22 09:01 member_named; party=labor; member=yun:Ada Yun
A 2025-09-22 09:02 member_named; party=management; member=amari:Rosa Amari
A 2025-09-22 09:03 member_named; party=management; member=okafor:Tola Okafor
A 2025-09-24 12:00 attendance_pledged; party=labor; member=castellan; dated=2025-09-23
A 2025-09-24 12:01 attendance_pledged; party=labor; member=yun
A 2025-09-24 12:02 attendance_pledged; party=management; member=amari
A 2025-09-24 12:03 attendance_pledged; party=management; member=okafor
A 2025-09-26 10:00 support_confirmed; body=teachers_organization; dated=2025-09-25; document=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
A 2025-09-26 10:05 support_confirmed; body=administration; dated=2025-09-24
A 2025-10-01 10:00 support_confirmed; body=school_committee; dated=2025-09-30
A 2025-10-06 11:00 application_accepted; by=Noor Lindqvist
A 2025-10-06 11:30 session_scheduled; part=1; slot=2025-10-21 08:00-16:00; neutral=reyes:Ines Reyes; place=Town library
A 2025-10-21 08:05 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,okafor,yun; observers=school_committee:Lev Brandt; observers=union_board:Mia Sorel; observers=other:Ed Moss
A 2025-10-21 10:00 activity_run; kind=exercise; title=Interests behind a position
A 2025-10-21 13:30 activity_run; kind=bargaining_simulation; title=A class-size clause
A 2025-10-21 16:00 session_closed
A 2025-10-23 16:00 caucus_opened; party=labor; present=castellan,yun
A 2025-10-23 16:40 party_decided; party=labor; decision=adopt; spokesperson=castellan
A 2025-10-24 09:00 caucus_opened; party=management; present=amari
A 2025-10-24 09:30 party_decided; party=management; decision=adopt; spokesperson=okafor
A 2025-10-29 09:00 format_chosen; format=full_day
A 2025-10-29 09:10 session_scheduled; part=1; slot=2025-11-13 08:00-16:00; neutral=reyes:Ines Reyes
A 2025-11-13 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,okafor,yun
A 2025-11-13 16:40 session_closed; left_early=yun
